/**
 * Experiments of paper 09 that a sweep can run: in a cell of the notebook, and by `deno task sweep 09`.
 *
 * @module
 */
import { checkNumber, UserError } from "offprint/errors.ts";
import { ROUTES } from "offprint/preference/sail/mod.ts";
import { mean } from "offprint/stats.ts";
import { runTabular } from "./tabular_experiment.ts";
import { tabularWorld } from "./tabular_world.ts";

/** One route mixed into the data, in worlds where everything can be summed. */
export interface MixedRoute {
  /** DDP, DPP or DPR. */
  route?: string;
  /** Share of the pairs that come by this route. */
  share?: number;
  /** Coefficient of the extra term. */
  coefficient?: number;
  /** Worlds over which results are averaged. */
  worlds?: number;
  /** Steps of ascent. */
  steps?: number;
}

/**
 * What a mixture of the data with one route comes to, averaged over worlds.
 *
 * @throws {UserError} for a route that does not exist, and for numbers that make no sense.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { mixedRoute } from "offprint/papers/sail/experiments.ts";
 *
 * const short = { route: "DPR", worlds: 1, steps: 50 };
 * assert(mixedRoute(short)["E[r*] − β KL"] > mixedRoute({ ...short, steps: 1 })["E[r*] − β KL"]);
 * ```
 */
export function mixedRoute(
  { route = "DPR", share = 0.3, coefficient = 0.3, worlds = 3, steps = 150 }: MixedRoute,
): { "E[r*] − β KL": number; "held-out margin": number } {
  checkNumber("worlds", worlds, { least: 1, whole: true });
  checkNumber("steps", steps, { least: 0, whole: true });
  const mixed = ROUTES.filter((each) => each !== "DPO");
  if (!(mixed as readonly string[]).includes(route)) {
    throw new UserError({ what: "route", got: route, expected: `one of ${mixed.join(", ")}` });
  }
  const mixture = { [route]: { share, coefficient } };
  const runs = Array.from(
    { length: worlds },
    (_, each) => runTabular(tabularWorld(each), { mixture }, { steps }),
  );
  return {
    "E[r*] − β KL": mean(runs.map(({ objective }) => objective)),
    "held-out margin": mean(runs.map(({ margin }) => margin)),
  };
}
