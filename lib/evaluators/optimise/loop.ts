/**
 * The loop: an opinion, a rewrite, the next opinion. It is the same for analysers and language models.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import type { Aggregate, PublicTask } from "../records/contract.ts";
import type { Optimiser } from "./repairer.ts";

/** What the loop needs. */
export interface LoopOptions {
  task: PublicTask;
  /** The first program. */
  start: string;
  /** The joined opinion of all evaluators on a program. */
  opinion: (text: string) => Promise<Aggregate>;
  optimiser: Optimiser;
  /** Rewrites; one more program than that is evaluated. Default 10. */
  iterations?: number;
  /** Random numbers of an iteration. */
  random: (iteration: number) => Random;
  /**
   * Which candidate goes on: the best one if its findings are together no more severe than before (`not worse`, the default), or
   * the first, whatever is said about it, as in the paper.
   */
  accept?: "not worse" | "always";
}

/** One program of the loop with its opinion. */
export interface LoopRound {
  text: string;
  aggregate: Aggregate;
  severity: number;
  /** Candidates looked at before it, and whether one was taken. */
  proposals: number;
  accepted: boolean;
}

/** Confidences of all errors together: what acceptance and the best iteration go by. */
function severityOf({ findings }: Aggregate): number {
  return findings.reduce(
    (sum, { severity, confidence }) => sum + (severity === "error" ? confidence : 0),
    0,
  );
}

/** Runs the loop. It never stops early: a program without findings is simply kept. */
export async function optimise(options: LoopOptions): Promise<LoopRound[]> {
  const { task, start, opinion, optimiser, iterations = 10, random, accept = "not worse" } =
    options;
  const first = await opinion(start);
  const rounds: LoopRound[] = [
    { text: start, aggregate: first, severity: severityOf(first), proposals: 0, accepted: false },
  ];
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const before = rounds.at(-1)!;
    const texts = await optimiser.propose(task, before.text, before.aggregate, random(iteration));
    const candidates = await Promise.all(texts.map(async (text) => {
      const aggregate = await opinion(text);
      return { text, aggregate, severity: severityOf(aggregate) };
    }));
    const best = accept === "always"
      ? candidates[0]
      : candidates.filter(({ severity }) => severity <= before.severity)
        .sort((a, b) =>
          a.severity - b.severity || changeOf(before.text, a) - changeOf(before.text, b)
        )
        .at(0);
    rounds.push({
      ...(best ?? before),
      proposals: candidates.length,
      accepted: best !== undefined,
    });
  }
  return rounds;
}

/** How many characters lengths differ: the smaller edit wins a tie. */
function changeOf(before: string, { text }: { text: string }): number {
  return Math.abs(text.length - before.length);
}

/** The iteration that its evaluators like best: least severe, the first of several. */
export function bestByVerdict(rounds: readonly LoopRound[]): number {
  return rounds.reduce(
    (best, { severity }, at) => severity < rounds[best]!.severity ? at : best,
    0,
  );
}
