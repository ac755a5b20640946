import { assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { checkFinite, type StepPairs } from "offprint/preference/training/method.ts";

Deno.test("a loss that is not finite names its pair; before anything is learned, no learning rate is to blame", () => {
  const pairs = [{ id: "a" }, { id: "b" }] as unknown as StepPairs["pairs"];
  const refused = (step: number) =>
    assertThrows(
      () => checkFinite("dpo", { step, pairs } as StepPairs, new Float64Array([1, NaN])),
      UserError,
      `dpo, step ${step}, pair b: got loss NaN`,
    ).message;
  assertStringIncludes(refused(1), "look at the formula of the loss");
  assertStringIncludes(refused(2), "Lower the learning rate");
});
