/**
 * Evaluators and an optimiser that are a chat model. They fill the same records as the analysers, and the same loop runs them.
 *
 * @module
 */
import { type ChatAnswer, type ChatClient, promptTokens } from "offprint/chat/mod.ts";
import { stream } from "offprint/random.ts";
import { TOTAL_TOKENS } from "../budget.ts";
import type { Optimiser } from "../optimise/mod.ts";
import type { Evaluation, Finding, PublicTask, Role } from "../records/contract.ts";
import { readCode, readVerdict } from "../reply.ts";
import { type Adversary, evaluationRequest, feedbackRequest, rewriteRequest } from "./prompts.ts";

/** How a model is asked. */
export interface ChatEvaluatorOptions {
  /** Tokens of all evaluators together. Default 3600. */
  tokens?: number;
  /** Default 1. */
  seed?: number;
  /** One call for all roles, with all the tokens. */
  generalist?: boolean;
  /**
   * The generalist is asked so often, each time with its share of the tokens; more than once at temperature 0.7, since at 0 each
   * answer would be the same.
   */
  times?: number;
  /** The correctness role, or the generalist, is told to lie. */
  adversary?: Adversary;
}

/** Temperature of an evaluator that is asked several times. */
const REPEATED_TEMPERATURE = 0.7;

/** Most findings that are taken from one answer. */
const FINDINGS = 5;

/**
 * What a model says about a program in each role, in the order of the roles, whichever answer comes first. Answers are asked for at
 * the same time. An answer without a verdict, a refusal or an empty one is an outcome with its own mark.
 *
 * @throws {UserError} as the client does: unreachable, refused, a cap, a replay without the answer.
 */
export async function chatOpinions(
  client: ChatClient,
  task: PublicTask,
  text: string,
  roles: readonly Role[],
  { tokens = TOTAL_TOKENS, seed = 1, generalist = false, times = 1, adversary }:
    ChatEvaluatorOptions = {},
): Promise<Evaluation[]> {
  const asked = generalist
    ? Array.from({ length: times }, () => roles)
    : roles.map((role) => [role]);
  const share = Math.floor(tokens / asked.length);
  const requests = asked.map((own, sample) => ({
    ...evaluationRequest(own, task, text, {
      tokens: share,
      seed,
      random: stream(seed, "marks", task.id, own.join()),
      ...(adversary !== undefined && own.includes("correctness") ? { adversary } : {}),
    }),
    ...(times > 1 ? { sample, temperature: REPEATED_TEMPERATURE } : {}),
  }));
  const answers = await client.askAll(requests);
  return answers.map((answer, at) =>
    evaluationFrom(answer, {
      role: generalist ? "generalist" : asked[at]![0]!,
      text,
      tokensIn: promptTokens(requests[at]!),
    })
  );
}

function evaluationFrom(
  { text: said, failure, finishReason, usage }: ChatAnswer,
  { role, text, tokensIn }: { role: Evaluation["role"]; text: string; tokensIn: number },
): Evaluation {
  const verdict = readVerdict(said);
  return {
    program: text,
    role,
    backend: "llm",
    text: said,
    findings: findingsFrom(said, text, verdict === "fail"),
    verdict: verdict ?? "unsure",
    cost: {
      tokensIn: usage?.prompt ?? tokensIn,
      tokensOut: usage?.completion ?? Math.ceil(said.length / 4),
      work: 0,
      calls: 1,
    },
    truncated: finishReason === "length",
    parse: failure !== undefined
      ? "refused"
      : said.trim() === ""
      ? "empty"
      : verdict === undefined
      ? "no verdict"
      : "ok",
  };
}

/** Lines `LINE n: …` that name a line of the program. */
function findingsFrom(said: string, text: string, fails: boolean): Finding[] {
  const lines = text.split("\n");
  return [...said.matchAll(/^\W*LINE\s+(\d+)\s*:\s*(.+)$/gim)].flatMap(([, number, message]) => {
    const line = lines[Number(number) - 1];
    if (line === undefined) return [];
    const start = lines.slice(0, Number(number) - 1).reduce(
      (sum, each) => sum + each.length + 1,
      0,
    );
    return [{
      span: { start, end: start + line.length },
      category: "stated",
      severity: fails ? "error" as const : "warning" as const,
      confidence: 1,
      message: message!.trim(),
    }];
  }).slice(0, FINDINGS);
}

/** What became of the rewrites of a model. */
export interface RewriteCounts {
  programs: number;
  /** Answers that held no program, by why. */
  none: Record<string, number>;
}

/** An optimiser that is a chat model: one call turns opinions into advice, one rewrites the program. */
export function chatOptimiser(
  client: ChatClient,
  { tokens = TOTAL_TOKENS, seed = 1 }: Omit<ChatEvaluatorOptions, "generalist"> = {},
): Optimiser & { readonly counts: RewriteCounts } {
  const counts: RewriteCounts = { programs: 0, none: {} };
  return {
    counts,
    async propose(task, text, aggregate, random) {
      const options = { tokens, seed, random };
      const advice = await client.ask(feedbackRequest(task, text, aggregate, options));
      const reply = await client.ask(rewriteRequest(task, text, advice.text, options));
      const read = readCode(reply.text);
      if (read.is === "none") {
        counts.none[read.why] = (counts.none[read.why] ?? 0) + 1;
        return [];
      }
      counts.programs++;
      return [read.code];
    },
  };
}

/**
 * The most calls that a loop makes: each of its programs is looked at by all evaluators, turned into advice and rewritten.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { loopCalls } from "offprint/evaluators/models/mod.ts";
 *
 * assertEquals([loopCalls(1), loopCalls(6)], [33, 88]);
 * ```
 */
export function loopCalls(evaluators: number, iterations = 10): number {
  return (iterations + 1) * (evaluators + 2);
}
