import { assertAlmostEquals } from "@std/assert";
import { hadamardRotation } from "offprint/quantization/simulate/mod.ts";

Deno.test("a Hadamard rotation is orthogonal, for sizes that are no power of two too", () => {
  for (const size of [4, 12, 96]) {
    const r = hadamardRotation(size, 3);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) {
        let sum = 0;
        for (let j = 0; j < size; j++) sum += r[a * size + j]! * r[b * size + j]!;
        assertAlmostEquals(sum, a === b ? 1 : 0, 1e-6);
      }
    }
  }
});
