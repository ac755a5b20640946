import { assertAlmostEquals, assertThrows } from "@std/assert";
import { roundedWeights } from "offprint/quantization/simulate/mod.ts";

Deno.test("weights by min–max meet both ends and zero; a clip search needs importances", () => {
  const w = Float32Array.of(-1, 0, 0.5, 2);
  const rounded = roundedWeights(w, 4, { bits: 4, group: "row", scheme: "minmax" });
  [-1, 0, 0.4, 2].forEach((value, i) => assertAlmostEquals(rounded[i]!, value, 1e-6));
  assertThrows(
    () => roundedWeights(w, 4, { bits: 4, group: "row", scale: "clip" }),
    RangeError,
    "without a calibration",
  );
});
