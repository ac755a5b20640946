/**
 * The losses of paper 04's table by name.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { dpo, dpop, hingeDpo, ipo, rDpo } from "./margin_losses.ts";
import { cpo, orpo, rrhf, simpo, slicHf } from "./reference_free_losses.ts";
import { kto, sppo } from "./separable_losses.ts";
import type { PairLoss } from "./pair_loss.ts";

/** Options that a loss may have; each loss takes those it knows and refuses the others. */
export type LossOptions = Readonly<Record<string, number | boolean>>;

/** How each loss is made, and which options it knows. */
const MAKERS: Record<string, { make: (options: never) => PairLoss; options: string[] }> = {
  "dpo": { make: dpo, options: ["beta"] },
  "hinge-dpo": { make: hingeDpo, options: ["beta"] },
  "r-dpo": { make: rDpo, options: ["beta", "alpha"] },
  "ipo": { make: ipo, options: ["beta", "average"] },
  "simpo": { make: simpo, options: ["beta", "gamma"] },
  "rrhf": { make: rrhf, options: ["lambda"] },
  "slic-hf": { make: slicHf, options: ["delta", "lambda"] },
  "cpo": { make: cpo, options: ["beta", "lambda"] },
  "dpop": { make: dpop, options: ["beta", "lambda"] },
  "kto": { make: kto, options: ["beta", "referencePoint", "chosenLambda", "rejectedLambda"] },
  "sppo": { make: sppo, options: ["beta", "halved"] },
  "orpo": { make: orpo, options: ["lambda"] },
};

/** The names that {@linkcode lossByName} knows. */
export const LOSS_NAMES: readonly string[] = Object.keys(MAKERS);

/**
 * A loss by its name in recipes and on the command line.
 *
 * @throws {UserError} for an unknown name, or an option that the loss does not have.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lossByName } from "offprint/preference/losses/mod.ts";
 *
 * assertEquals(lossByName("dpop", { lambda: 5 }).name, "DPOP (λ = 5)");
 * ```
 */
export function lossByName(name: string, options: LossOptions = {}): PairLoss {
  const found = Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
  if (found === undefined) {
    throw new UserError({
      what: "loss",
      got: name,
      expected: `one of ${LOSS_NAMES.join(", ")}`,
    });
  }
  const unknown = Object.keys(options).find((option) => !found.options.includes(option));
  if (unknown !== undefined) {
    throw new UserError({
      what: `loss ${name}: option`,
      got: unknown,
      expected: `one of ${found.options.join(", ")}`,
    });
  }
  return found.make(options as never);
}

/** The thirteen settings of the paper's comparison, in the order of its table. */
export function standardLosses(): PairLoss[] {
  return [
    dpo(),
    hingeDpo(),
    rDpo(),
    ipo(),
    simpo(),
    rrhf(),
    slicHf(),
    cpo(),
    dpop(),
    dpop({ lambda: 5 }),
    kto(),
    sppo(),
    orpo(),
  ];
}
