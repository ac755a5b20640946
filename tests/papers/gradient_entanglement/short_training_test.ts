import { assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { shortTraining } from "offprint/papers/gradient_entanglement/experiments.ts";

Deno.test("a short training refuses numbers of words and steps that there cannot be", async () => {
  for (const words of [-3, 2.5, 12, NaN]) {
    const told = `words behind the label: got ${words}, expected a whole number from 0 to 11`;
    await assertRejects(() => shortTraining({ words }, 1), UserError, told);
  }
  for (const steps of [0, 2.5]) {
    await assertRejects(
      () => shortTraining({ steps }, 1),
      UserError,
      `steps: got ${steps}, expected a whole number`,
    );
  }
});
