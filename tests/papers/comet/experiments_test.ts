import { assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { mixedPrecision } from "offprint/papers/comet/experiments.ts";

Deno.test("what decides on 8 bits is a threshold or a share", async () => {
  for (const eightBits of ["", "4", "κ = many", "κ = 4, ρ = 0.5", "τ = 4"]) {
    await assertRejects(() => mixedPrecision({ eightBits }, 1), UserError, "κ = NUMBER");
  }
});
