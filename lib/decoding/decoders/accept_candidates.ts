/**
 * The loop that accepts drafted tokens until the first rejection: every rejection of a single
 * draft is decided here; `batch_speculate.ts` decides on the first tokens of several.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import { tokenAt } from "../verification/distribution.ts";
import { accepts, type VerificationRule } from "../verification/verification.ts";
import { examined, type ExaminedPosition } from "./trace.ts";

/** Drafted tokens and both models' distributions for them. */
export interface DraftedTokens {
  readonly candidates: readonly number[];
  /** What each candidate was drawn from. */
  readonly distributions: readonly Float64Array[];
  /** The target's distribution at candidate `i`; also after the last one, where a bonus token is added. */
  targetAt(i: number): Float64Array;
  /** Whether a token of the target follows when all candidates are accepted. */
  readonly addsBonus: boolean;
}

/** How they are judged, and where the outcome goes. */
export interface Acceptance {
  readonly rule: VerificationRule;
  /** One number for each candidate judged, one more for a replacement or a bonus token. */
  readonly random: Random;
  /** The text so far, to which accepted tokens, a replacement or a bonus token are appended. */
  readonly tokens: number[];
  /** Gets each examined position. */
  readonly trace: ExaminedPosition[] | undefined;
}

/**
 * Judges the candidates one after the other, beginning with number `first`; those before it were accepted elsewhere.
 * A rejected candidate is replaced, and the rest is not looked at.
 *
 * @returns how many candidates of all are accepted: fewer than there are means that one was rejected.
 */
export function acceptCandidates(
  { candidates, distributions, targetAt, addsBonus }: DraftedTokens,
  { rule, random, tokens, trace }: Acceptance,
  first = 0,
): number {
  for (let accepted = first; accepted < candidates.length; accepted++) {
    const p = distributions[accepted]!;
    const q = targetAt(accepted);
    const token = candidates[accepted]!;
    const mass = rule.acceptedMass(token, p, q);
    const kept = accepts(random.uniform(), p[token]!, mass);
    trace?.push(examined(tokens.length, token, kept, mass / p[token]!, rule, p, q));
    if (!kept) {
      tokens.push(tokenAt(rule.replacement(p, q), random.uniform()));
      return accepted;
    }
    tokens.push(token);
  }
  if (addsBonus) tokens.push(tokenAt(targetAt(candidates.length), random.uniform()));
  return candidates.length;
}
