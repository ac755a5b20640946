/**
 * Where the pairs of a training come from: from the data set, labelled by it or by the policy, or from the policy
 * itself, labelled by the policy or by a reward model (paper 09, section 2).
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";

/**
 * A route: the letters say where prompt, responses and label come from, D for data, P for policy, R for reward
 * model. `DPO` is D-D-D.
 */
export type Route = "DPO" | "DDP" | "DPP" | "DPR";

/** The names of all routes. */
export const ROUTES: readonly Route[] = ["DPO", "DDP", "DPP", "DPR"];

/** A share of the pairs, and how much the extra terms of these pairs count. */
export interface RouteShare {
  /** From 0, below 1: `r`, `p` and `g` of the paper. */
  share: number;
  /** From 0: `ρ`, `π` and `γ`. 1 is the derivative itself. */
  coefficient: number;
}

/** Shares of the three routes; what is left goes to DPO. */
export interface Mixture {
  DDP?: RouteShare;
  DPP?: RouteShare;
  DPR?: RouteShare;
}

/** Every route with its share and coefficient. */
export type Shares = Readonly<Record<Route, RouteShare>>;

/**
 * All four shares of a mixture.
 *
 * @throws {UserError} for a negative share or coefficient, a coefficient without a share, or shares that leave
 *   nothing of the offline data.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sharesOf } from "offprint/preference/sail/mod.ts";
 *
 * assertEquals(sharesOf({ DDP: { share: 0.25, coefficient: 0.2 } }).DPO.share, 0.75);
 * ```
 */
export function sharesOf(mixture: Mixture): Shares {
  const shares: Record<Route, RouteShare> = {
    DPO: { share: 1, coefficient: 0 },
    DDP: { share: 0, coefficient: 0 },
    DPP: { share: 0, coefficient: 0 },
    DPR: { share: 0, coefficient: 0 },
  };
  for (const route of ["DDP", "DPP", "DPR"] as const) {
    const given = mixture[route];
    if (given === undefined) continue;
    for (const key of ["share", "coefficient"] as const) {
      if (given[key] >= 0 && given[key] < Infinity) continue;
      throw new UserError({
        what: `${route}: ${key}`,
        got: given[key],
        expected: "a finite number from 0",
      });
    }
    if (given.share === 0 && given.coefficient > 0) {
      throw new UserError({
        what: `${route}: coefficient`,
        got: new Described(`${given.coefficient} with a share of 0`),
        expected: "a share above 0, because a coefficient acts only on the pairs of its own route",
        todo: `Give the route a share, or leave ${route} out.`,
      });
    }
    shares[route] = given;
    shares.DPO = { share: shares.DPO.share - given.share, coefficient: 0 };
  }
  // Shares are sums of decimal fractions: what is left may miss 0 by rounding.
  if (!(shares.DPO.share > 1e-12)) {
    const total = 1 - shares.DPO.share;
    throw new UserError({
      what: "mixture: r + p + g",
      got: Math.round(total * 1e12) / 1e12,
      expected: "a sum below 1, so that some pairs keep the label of the data set",
    });
  }
  return shares;
}

/** One route alone, with nothing left for DPO: for the study of its objective, not for training on a data set. */
export function singleRoute(route: Route, coefficient: number): Shares {
  const none = { share: 0, coefficient: 0 };
  return { DPO: none, DDP: none, DPP: none, DPR: none, [route]: { share: 1, coefficient } };
}

/** Whether all four shares are given already. */
export function isShares(mixture: Mixture | Shares): mixture is Shares {
  return "DPO" in mixture;
}

/**
 * The route of one pair. It depends on seed, step and the pair's slot in the step alone: not on batching, and all
 * workers draw the same.
 */
export function drawRoute(shares: Shares, seed: number, step: number, slot: number): Route {
  const random = stream(seed, "route", step, slot);
  return ROUTES[random.categorical(ROUTES.map((route) => shares[route].share))]!;
}

/**
 * Steps (or epochs) that visit pairs with the data set's own label as often as `steps` of plain DPO do:
 * `steps / (1 − r − p − g)`, as the authors' trainer has it.
 */
export function rescaledSteps(steps: number, mixture: Mixture): number {
  return steps / sharesOf(mixture).DPO.share;
}
