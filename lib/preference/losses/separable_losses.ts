/**
 * Losses of the form f(a) + g(b): KTO on pairs, and SPPO (paper 04, section 4). d_w depends on the chosen
 * response alone and d_l on the rejected one, which does not undo the entanglement: that comes from the
 * shared parameters.
 *
 * @module
 */
import { checkNotNegative, checkPositive, logistic, type PairLoss } from "./pair_loss.ts";

/**
 * KTO on pairs, `λ_w [1 − σ(β (a − a₀) − z)] + λ_l [1 − σ(z − β (b − b₀))]`.
 *
 * @param options.beta default 0.1.
 * @param options.referencePoint z; without it the batch's own estimate is used, which a trainer hands in.
 *   A constant for the gradient.
 * @param options.chosenLambda λ_w, default 1.
 * @param options.rejectedLambda λ_l, default 1.
 */
export function kto(
  { beta = 0.1, referencePoint, chosenLambda = 1, rejectedLambda = 1 }: {
    beta?: number;
    referencePoint?: number;
    chosenLambda?: number;
    rejectedLambda?: number;
  } = {},
): PairLoss {
  checkPositive("KTO: beta", beta);
  checkNotNegative("KTO: chosenLambda", chosenLambda);
  checkNotNegative("KTO: rejectedLambda", rejectedLambda);
  return {
    name: "KTO",
    options: {
      beta,
      chosenLambda,
      rejectedLambda,
      ...(referencePoint === undefined ? {} : { referencePoint }),
    },
    needsReference: true,
    needsReferencePoint: referencePoint === undefined,
    at(pair, context) {
      const z = referencePoint ?? beta * (context?.referencePoint ?? 0);
      const chosen = logistic(beta * (pair.chosen - pair.chosenReference) - z);
      const rejected = logistic(z - beta * (pair.rejected - pair.rejectedReference));
      return {
        loss: chosenLambda * (1 - chosen) + rejectedLambda * (1 - rejected),
        chosenWeight: chosenLambda * beta * chosen * (1 - chosen),
        rejectedWeight: rejectedLambda * beta * rejected * (1 - rejected),
      };
    },
  };
}

/**
 * SPPO with hard labels, `(a − a₀ − 1/(2β))² + (b − b₀ + 1/(2β))²`.
 *
 * @param options.beta default 0.1.
 * @param options.halved half of it, as the official code has it. Default false.
 */
export function sppo(
  { beta = 0.1, halved = false }: { beta?: number; halved?: boolean } = {},
): PairLoss {
  checkPositive("SPPO: beta", beta);
  const target = 1 / (2 * beta);
  const factor = halved ? 0.5 : 1;
  return {
    name: halved ? "SPPO (halved)" : "SPPO",
    options: { beta, halved },
    needsReference: true,
    at(pair) {
      const chosen = pair.chosen - pair.chosenReference - target;
      const rejected = pair.rejected - pair.rejectedReference + target;
      return {
        loss: factor * (chosen ** 2 + rejected ** 2),
        chosenWeight: -2 * factor * chosen,
        rejectedWeight: 2 * factor * rejected,
      };
    },
  };
}
