/**
 * Predictions from a log beside real decoding.
 *
 * @module
 */
import { speculate } from "offprint/decoding/decoders/mod.ts";
import {
  type AcceptancePredictor,
  draftBy,
  ratesOf,
  type StoppingRule,
} from "offprint/decoding/policies/mod.ts";
import { type TextLog, type TimeModel, whatIf } from "offprint/decoding/what_if/mod.ts";
import { stream } from "offprint/random.ts";
import { type Estimate, estimate, zScore } from "offprint/stats.ts";
import type { Laboratory } from "./laboratory.ts";
import { noting } from "./noting.ts";

/** Three rates: predicted, decoded, and the standard errors between them. */
export interface Prediction {
  policy: string;
  predicted: Record<"V" | "D" | "ms", number>;
  decoded: Record<"V" | "D" | "ms", number>;
  z: [V: number, D: number, ms: number];
}

/** Predicts a policy from `logs`, decodes `texts` others with it in the laboratory, and compares. */
export async function predictAndDecode(
  lab: Laboratory,
  rule: StoppingRule,
  { logs, predictor, time, seed, texts, textTokens }: {
    logs: readonly TextLog[];
    predictor: AcceptancePredictor;
    time: TimeModel;
    seed: number;
    texts: number;
    textTokens: number;
  },
): Promise<Prediction> {
  const predicted = whatIf(logs, rule, { time, seed });
  const policy = draftBy(rule, predictor);
  const perText: { V: number; D: number; ms: number }[] = [];
  for (let text = 0; text < texts; text++) {
    let ms = 0;
    const result = await speculate({
      draft: policy.needsHidden ? lab.draft : lab.plainDraft,
      target: lab.target,
      maxTokens: textTokens,
      bonus: true,
      random: stream(seed, "decoded for the log", text),
      candidates: noting(policy, ({ drafted }) => {
        ms += drafted * time.draftMs + time.targetMs(drafted) + (time.hostMs?.(drafted) ?? 0);
      }),
    });
    const { verification, discard } = ratesOf([result]);
    perText.push({ V: verification, D: discard, ms: ms / result.tokens.length });
  }
  const real = (key: "V" | "D" | "ms") => estimate(perText.map((each) => each[key]));
  // Both sides are estimates, so both errors count.
  const score = (guess: Pick<Estimate, "mean" | "standardError">, real: Estimate) =>
    zScore(guess.mean, real.mean, Math.hypot(guess.standardError, real.standardError));
  const [V, D, ms] = [real("V"), real("D"), real("ms")];
  const { verification, discard, msPerToken } = predicted;
  return {
    policy: rule.name,
    predicted: { V: verification.mean, D: discard.mean, ms: msPerToken.mean },
    decoded: { V: V.mean, D: D.mean, ms: ms.mean },
    z: [score(verification, V), score(discard, D), score(msPerToken, ms)],
  };
}
