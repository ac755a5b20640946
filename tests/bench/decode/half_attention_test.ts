/** The peer of attention: what it computes, against sums in 64 bits. */
import { assertAlmostEquals } from "@std/assert";
import { NativeUnavailable } from "kernels/native/compiler.ts";
import { stream } from "offprint/random.ts";
import {
  HALF_DIM,
  HALF_GROUP,
  type HalfCache,
  openHalfAttention,
} from "../../../bench/decode/half_attention.ts";

const half = await openHalfAttention(2).catch((error: Error) => error);

Deno.test({
  name: "16-bit attention: softmax of scaled scores over all tokens, values weighted by it",
  ignore: half instanceof NativeUnavailable,
  fn() {
    if (half instanceof Error) throw half;
    const heads = 3, tokens = 128, random = stream(5, "half attention");
    const halves = () =>
      Float16Array.from({ length: heads * tokens * HALF_DIM }, () => random.normal());
    const keys = halves(), values = halves();
    const q = Float32Array.from({ length: heads * HALF_DIM }, () => 2 * random.normal());
    const bits = (array: Float16Array<ArrayBuffer>) => new Uint16Array(array.buffer);
    const cache: HalfCache = { heads, tokens, keys: bits(keys), values: bits(values) };
    const output = new Float32Array(q.length);
    half(cache, q, output);
    for (let head = 0; head < heads; head++) {
      const first = head * tokens * HALF_DIM;
      const scores = Array.from({ length: tokens }, (_, t) => {
        const group = first + Math.floor(t / HALF_GROUP) * HALF_GROUP * HALF_DIM;
        let sum = 0;
        for (let c = 0; c < HALF_DIM; c++) {
          sum += q[head * HALF_DIM + c]! * keys[group + c * HALF_GROUP + t % HALF_GROUP]!;
        }
        return sum / Math.sqrt(HALF_DIM);
      });
      const weights = scores.map((score) => Math.exp(score - Math.max(...scores)));
      const mass = weights.reduce((a, b) => a + b);
      for (let c = 0; c < HALF_DIM; c++) {
        const sum = weights.reduce((a, w, t) => a + w * values[first + t * HALF_DIM + c]!, 0);
        assertAlmostEquals(output[head * HALF_DIM + c]!, sum / mass, 1e-5);
      }
    }
  },
});
