/**
 * Losses without a reference policy: SimPO, RRHF, SLiC-HF, CPO and ORPO (paper 04, section 4). All but SimPO
 * carry a term that pulls the chosen response alone.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import {
  checkNotNegative,
  checkPositive,
  checkTokenCounts,
  logistic,
  negativeLogSigmoid,
  type PairLoss,
  type PairStatistics,
} from "./pair_loss.ts";

/** ā = a/n_w and b̄ = b/n_l. */
function averages(what: string, pair: PairStatistics): { chosen: number; rejected: number } {
  checkTokenCounts(what, pair);
  return {
    chosen: pair.chosen / pair.chosenTokens,
    rejected: pair.rejected / pair.rejectedTokens,
  };
}

/**
 * SimPO, `−log σ(β (ā − b̄) − γ)`. Its ratio d_w/d_l = n_l/n_w knows the lengths and nothing else.
 *
 * @param options.beta default 2.
 * @param options.gamma target margin, subtracted after the multiplication by β. Default 0.5.
 */
export function simpo({ beta = 2, gamma = 0.5 }: { beta?: number; gamma?: number } = {}): PairLoss {
  checkPositive("SimPO: beta", beta);
  checkNotNegative("SimPO: gamma", gamma);
  return {
    name: "SimPO",
    options: { beta, gamma },
    needsReference: false,
    at(pair) {
      const { chosen, rejected } = averages("SimPO", pair);
      const u = beta * (chosen - rejected) - gamma;
      const weight = beta * logistic(-u);
      return {
        loss: negativeLogSigmoid(u),
        chosenWeight: weight / pair.chosenTokens,
        rejectedWeight: weight / pair.rejectedTokens,
      };
    },
  };
}

/**
 * RRHF, `max(0, b̄ − ā) − λ a`. At the kink ā = b̄ the ranking term has slope 0.
 *
 * @param options.lambda weight of the likelihood of the chosen response. Default 1.
 */
export function rrhf({ lambda = 1 }: { lambda?: number } = {}): PairLoss {
  checkNotNegative("RRHF: lambda", lambda);
  return {
    name: "RRHF",
    options: { lambda },
    needsReference: false,
    at(pair) {
      const { chosen, rejected } = averages("RRHF", pair);
      const active = chosen < rejected ? 1 : 0;
      return {
        loss: Math.max(0, rejected - chosen) - lambda * pair.chosen,
        chosenWeight: active / pair.chosenTokens + lambda,
        rejectedWeight: active / pair.rejectedTokens,
      };
    },
  };
}

/**
 * SLiC-HF, `max(0, δ − a + b) − λ a`. At the kink a − b = δ the ranking term has slope 0.
 *
 * @param options.delta margin to be reached. Default 1.
 * @param options.lambda weight of the likelihood of the chosen response. Default 0.1. The values of the
 *   paper's runs are unknown.
 */
export function slicHf(
  { delta = 1, lambda = 0.1 }: { delta?: number; lambda?: number } = {},
): PairLoss {
  checkNotNegative("SLiC-HF: delta", delta);
  checkNotNegative("SLiC-HF: lambda", lambda);
  return {
    name: "SLiC-HF",
    options: { delta, lambda },
    needsReference: false,
    at(pair) {
      const room = delta - pair.chosen + pair.rejected;
      const active = room > 0 ? 1 : 0;
      return {
        loss: Math.max(0, room) - lambda * pair.chosen,
        chosenWeight: active + lambda,
        rejectedWeight: active,
      };
    },
  };
}

/**
 * CPO, `−log σ(β (a − b)) − λ a`. Its ratio 1 + λ/(β σ(−β (a − b))) grows without bound as the margin is won.
 *
 * @param options.beta default 0.1.
 * @param options.lambda weight of the likelihood of the chosen response, per pair. Default 0.1.
 */
export function cpo(
  { beta = 0.1, lambda = 0.1 }: { beta?: number; lambda?: number } = {},
): PairLoss {
  checkPositive("CPO: beta", beta);
  checkNotNegative("CPO: lambda", lambda);
  return {
    name: "CPO",
    options: { beta, lambda },
    needsReference: false,
    at(pair) {
      const u = beta * (pair.chosen - pair.rejected);
      const weight = beta * logistic(-u);
      return {
        loss: negativeLogSigmoid(u) - lambda * pair.chosen,
        chosenWeight: weight + lambda,
        rejectedWeight: weight,
      };
    },
  };
}

/**
 * ORPO, `−ā − λ log σ(o(ā) − o(b̄))` with the log-odds `o(t) = t − log(1 − e^t)`.
 *
 * @param options.lambda weight of the odds-ratio term. Default 0.1.
 */
export function orpo({ lambda = 0.1 }: { lambda?: number } = {}): PairLoss {
  checkNotNegative("ORPO: lambda", lambda);
  return {
    name: "ORPO",
    options: { lambda },
    needsReference: false,
    at(pair) {
      const { chosen, rejected } = averages("ORPO", pair);
      for (const [name, average] of Object.entries({ chosen, rejected })) {
        if (!(average < 0)) {
          throw new UserError({
            what: `ORPO: mean log-probability of the ${name} response`,
            got: average,
            expected: "a number below 0",
            todo: "The odds of a certain response are infinite; leave such pairs out.",
          });
        }
      }
      // 1 − e^t, with all digits near t = 0.
      const rest = (t: number): number => -Math.expm1(t);
      const odds = (t: number): number => t - Math.log(rest(t));
      const u = odds(chosen) - odds(rejected);
      const pull = lambda * logistic(-u);
      return {
        loss: -chosen + lambda * negativeLogSigmoid(u),
        chosenWeight: (1 + pull / rest(chosen)) / pair.chosenTokens,
        rejectedWeight: pull / rest(rejected) / pair.rejectedTokens,
      };
    },
  };
}
