/**
 * The what-if tool: from a log of acceptance probabilities, what would another candidate-length policy have
 * cost? No model is needed. A text of the log is walked once more under the policy: round by round, a coin at
 * each examined position says whether the candidate there was accepted; the policy sees the logged signals.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { type Random, stream } from "offprint/random.ts";
import type { RejectedBranch, TextLog } from "./log.ts";
import { checkWhole } from "../verification/option_checks.ts";
import type { RoundSignals, StoppingRule } from "../policies/stopping_rules.ts";

/** What a round takes, in milliseconds. */
export interface TimeModel {
  /** t_draft: one draft pass. */
  draftMs: number;
  /** t_target: one verification of this many candidates. */
  targetMs: (candidates: number) => number;
  /** Everything of a round that is not a model call. Default 0. */
  hostMs?: (candidates: number) => number;
}

/** A ratio of sums over texts, with its standard error; NaN for a single text. */
export interface RatioEstimate {
  mean: number;
  standardError: number;
}

/** What a policy would have cost. */
export interface Prediction {
  policy: string;
  /** V: verifications for each token. */
  verification: RatioEstimate;
  /** D: discarded candidates for each token, the rejected ones included. */
  discard: RatioEstimate;
  /** T/N: milliseconds for each token. */
  msPerToken: RatioEstimate;
  /** Mean candidates of a round. */
  candidates: number;
  /** Rejections whose logged branch was missing or too short for the rule, as a share of all rejections. */
  guessed: number;
}

/** How {@linkcode whatIf} replays. */
export interface WhatIfOptions {
  time: TimeModel;
  /** Replays of each text, with other coins. Default 16. */
  replays?: number;
  /** Seed of the coins. Default 1; policies compared with one seed meet the same coins. */
  seed?: number;
}

/**
 * Predicts V, D and T/N of `rule` on logged texts. Exact up to the logged texts' own sampling error, which the
 * standard errors state; a decoder with bonus token and the same length limit is assumed.
 *
 * Rules that need a signal read it from the log. After a rejection they read the logged branch; where it is
 * missing, another position's is borrowed, and where it is too short the round is taken to end with it. Both
 * are counted in `guessed`.
 *
 * @throws {UserError} when the log lacks the signal that the rule needs.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { constantRule } from "offprint/decoding/policies/mod.ts";
 * import { whatIf } from "offprint/decoding/what_if/mod.ts";
 *
 * // Everything is accepted: a round of 4 candidates yields 5 tokens.
 * const logs = [{ acceptance: new Array(100).fill(1) }];
 * const time = { draftMs: 20, targetMs: () => 100 };
 * const { verification, discard, msPerToken } = whatIf(logs, constantRule(4), { time });
 * assertAlmostEquals(verification.mean, 1 / 5);
 * assertAlmostEquals(discard.mean, 0);
 * assertAlmostEquals(msPerToken.mean, (4 * 20 + 100) / 5);
 * ```
 */
export function whatIf(
  logs: readonly TextLog[],
  rule: StoppingRule,
  { time, replays = 16, seed = 1 }: WhatIfOptions,
): Prediction {
  checkWhole("replays", replays, 1);
  const branches = checkSignals(logs, rule);
  const totals = newCounts();
  const perText = logs.map((log, text) => {
    const counts = newCounts();
    for (let replay = 0; replay < replays; replay++) {
      replayText(log, rule, time, branches, stream(seed, "what-if", text, replay), counts);
    }
    for (const key of COUNTS) totals[key] += counts[key];
    return counts;
  });
  const ratio = (key: keyof Counts): RatioEstimate => {
    const mean = totals[key] / totals.tokens;
    const n = perText.length;
    let squares = 0;
    for (const counts of perText) squares += (counts[key] - mean * counts.tokens) ** 2;
    return { mean, standardError: Math.sqrt(n / (n - 1) * squares) / totals.tokens };
  };
  return {
    policy: rule.name,
    verification: ratio("rounds"),
    discard: ratio("discarded"),
    msPerToken: ratio("ms"),
    candidates: totals.drafted / totals.rounds,
    guessed: totals.rejections === 0 ? 0 : totals.guessed / totals.rejections,
  };
}

const COUNTS = ["tokens", "rounds", "drafted", "discarded", "rejections", "guessed", "ms"] as const;
type Counts = Record<typeof COUNTS[number], number>;

function newCounts(): Counts {
  return { tokens: 0, rounds: 0, drafted: 0, discarded: 0, rejections: 0, guessed: 0, ms: 0 };
}

/** Walks one text under a rule; adds what it cost to `counts`. */
function replayText(
  log: TextLog,
  rule: StoppingRule,
  time: TimeModel,
  branches: readonly RejectedBranch[],
  random: Random,
  counts: Counts,
): void {
  const { acceptance } = log;
  const tokens = acceptance.length;
  const limit = log.limit ?? tokens;
  // One coin a position and replay, drawn in order, so that policies can be compared coin by coin.
  const coins = acceptance.map(() => random.uniform());
  const spare = acceptance.map(() => random.uniform());
  const run = rule.begin();
  let position = 0;
  counts.tokens += tokens;
  while (position < tokens) {
    const room = limit - position;
    const round = new Round(rule);
    let accepted = 0;
    while (true) {
      const at = position + accepted;
      if (coins[at]! >= acceptance[at]!) {
        counts.rejections++;
        const logged = log.rejected?.[at] ?? undefined;
        const borrowed = rule.signal !== undefined && logged?.[rule.signal] === undefined;
        const branch = borrowed ? branches[Math.floor(spare[at]! * branches.length)]! : logged;
        const wanted = () => round.drafted < room && run.more(round);
        const ranOut = followBranch(round, branch, wanted);
        if (borrowed || ranOut) counts.guessed++;
        break;
      }
      round.add(log, at);
      accepted++;
      // The last token of a text that a stop token ended is that stop token: nothing is drafted after it.
      if (at + 1 === tokens || round.drafted === room || !run.more(round)) break;
    }
    const { drafted } = round;
    run.verified?.({ drafted, accepted });
    counts.rounds++;
    counts.drafted += drafted;
    counts.discarded += drafted - accepted;
    counts.ms += drafted * time.draftMs + time.targetMs(drafted) + (time.hostMs?.(drafted) ?? 0);
    // A replacement, or a bonus token where there is room.
    position = Math.min(tokens, position + accepted + 1);
  }
}

/**
 * Drafts on after a rejection, along what the draft model went on to propose there, while `wanted`.
 *
 * @returns whether the branch ended while a rule that reads its signals still wanted more.
 */
function followBranch(
  round: Round,
  branch: RejectedBranch | undefined,
  wanted: () => boolean,
): boolean {
  for (let i = 0;; i++) {
    const ended = branch !== undefined && i >= branch.drafted;
    if (ended && branch!.stopped) return false;
    if (ended && round.readsSignals) return true;
    // A rule that only counts needs no branch to go on.
    round.add(ended ? undefined : branch, i);
    if (!wanted()) return false;
  }
}

/** The signals of a round in progress. */
class Round implements RoundSignals {
  drafted = 0;
  readonly confidence: number[] = [];
  readonly top: number[] = [];
  readonly #predictions: number[] = [];
  readonly #rule: StoppingRule;

  constructor(rule: StoppingRule) {
    this.#rule = rule;
  }

  get predicted(): readonly number[] {
    return this.#rule.lag === 1 ? this.#predictions.slice(0, -1) : this.#predictions;
  }

  /** Whether the rule reads a signal of each candidate. */
  get readsSignals(): boolean {
    return this.#rule.signal !== undefined;
  }

  add(from: Pick<TextLog, "confidence" | "top" | "predicted"> | undefined, i: number): void {
    this.drafted++;
    const { signal } = this.#rule;
    if (signal === undefined) return;
    const list = signal === "predicted" ? this.#predictions : this[signal];
    list.push(from![signal]![i]!);
  }
}

/** All branches with the rule's signal, after checking that every token has it. */
function checkSignals(logs: readonly TextLog[], { name, signal }: StoppingRule): RejectedBranch[] {
  if (logs.length === 0) {
    throw new UserError({ what: "log", got: new Described("no text"), expected: "at least one" });
  }
  if (signal === undefined) return [];
  const lacking = logs.findIndex((log) => log[signal] === undefined);
  const lack = (got: string): UserError =>
    new UserError({
      what: `policy ${name}`,
      got: new Described(got),
      expected: `"${signal}" for every token and in at least one entry of "rejected"`,
      todo: "Log it, or choose a policy that needs no signal, such as constant:4.",
    });
  if (lacking >= 0) throw lack(`a log whose text ${lacking + 1} has no "${signal}"`);
  const branches = logs.flatMap((log) =>
    (log.rejected ?? []).filter((branch) => branch?.[signal] !== undefined)
  ) as RejectedBranch[];
  const certain = logs.every((log) => log.acceptance.every((acceptance) => acceptance === 1));
  if (branches.length === 0 && !certain) throw lack(`a log without "${signal}" after rejections`);
  return branches;
}
