import { assertAlmostEquals, assertEquals } from "@std/assert";
import { calibrateFast, LAYER_PARTS } from "offprint/quantization/simulate/mod.ts";
import { calibration, config, texts, weights } from "./small_transformer.ts";

Deno.test("calibration through ONNX Runtime is the one in TypeScript, within 1e-4", async () => {
  const fast = await calibrateFast(config, weights, texts);
  assertEquals(fast.tokens, calibration.tokens);
  for (const part of LAYER_PARTS) {
    for (let layer = 0; layer < 2; layer++) {
      const expected = calibration.largest(part, layer);
      fast.largest(part, layer).forEach((value, i) =>
        assertAlmostEquals(value, expected[i]!, 1e-4 * expected[i]!)
      );
      const squares = calibration.meanSquare(part, layer);
      fast.meanSquare(part, layer).forEach((value, i) =>
        assertAlmostEquals(value, squares[i]!, 1e-4 * squares[i]!)
      );
    }
  }
});
