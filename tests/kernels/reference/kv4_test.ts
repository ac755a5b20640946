import { assertAlmostEquals, assertEquals } from "@std/assert";
import { stream } from "offprint/random.ts";
import { KvCache } from "kernels/mod.ts";
import { kvAppend, kvAttend } from "kernels/reference/kv4.ts";
import { channelRange } from "kernels/reference/kv4_records.ts";
import { dot } from "./golden_numbers.ts";

Deno.test("one channel of KV4", () => {
  const { scale, zero, codes } = channelRange([0.10, -0.50, 1.25, 0.40]);
  assertAlmostEquals(scale, 0.1166667, 0.1166667 * 2 ** -11); // kept as a 16-bit float
  assertEquals([zero, ...codes], [4, 5, 0, 15, 7]);
  [0.116667, -0.466667, 1.283333, 0.35].forEach((value, i) =>
    assertAlmostEquals((codes[i]! - zero) * scale, value, 1e-3)
  );
});

Deno.test("folding the scales into the query gives the same scores", () => {
  const channels = [[0.10, -0.50, 1.25, 0.40], [2.0, 1.0, -1.0, 0.46]].map(channelRange);
  assertEquals([channels[1]!.zero, ...channels[1]!.codes], [5, 15, 10, 0, 7]);
  const q = [2, -1];
  const folded = channels.map(({ scale }, c) => q[c]! * scale);
  const constant = channels.reduce((sum, { zero }, c) => sum + folded[c]! * zero, 0);
  assertAlmostEquals(folded[0]!, 0.2333333, 2e-4);
  assertAlmostEquals(constant, -0.0666667, 1e-3);
  [-1.766667, -1.933333, 3.566667, 0.3].forEach((score, t) => {
    const codes = channels.reduce((sum, { codes }, c) => sum + folded[c]! * codes[t]!, 0);
    const plain = channels.reduce(
      (sum, { codes, zero, scale }, c) => sum + q[c]! * (codes[t]! - zero) * scale,
      0,
    );
    assertAlmostEquals(codes - constant, score, 5e-3);
    assertAlmostEquals(codes - constant, plain, 1e-12);
  });
});

Deno.test("attention over a packed group is attention over what the codes stand for", () => {
  const G = 32, d = 8;
  const random = stream(5, "T17");
  const cache = new KvCache({ layers: 1, kvHeads: 1, headDim: d, groupSize: G });
  const text = cache.open();
  const normal = (n: number) =>
    Float32Array.from({ length: n }, () => Math.f16round(random.normal()));
  const k = normal(G * d), v = normal(G * d);
  const fill = cache.begin([{ text, tokens: G }]);
  kvAppend(fill, 0, k, v);
  fill.commit();
  const step = cache.begin([{ text, tokens: 1 }]);
  const k1 = normal(d), v1 = normal(d), q = normal(d);
  kvAppend(step, 0, k1, v1);
  const out = kvAttend(step, 0, q, 1);

  const column = (of: Float32Array, c: number) =>
    Array.from({ length: G }, (_, t) => of[t * d + c]!);
  const widen = (of: Float32Array, c: number) => {
    const { scale, zero, codes } = channelRange(column(of, c));
    return codes.map((code) => (code - zero) * scale);
  };
  const keys = Array.from({ length: d }, (_, c) => [...widen(k, c), k1[c]!]);
  const values = Array.from({ length: d }, (_, c) => [...widen(v, c), v1[c]!]);
  const scores = keys[0]!.map((_, t) => keys.reduce((sum, key, c) => sum + q[c]! * key[t]!, 0));
  const weights = scores.map((score) => Math.exp(score / Math.sqrt(d)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let c = 0; c < d; c++) {
    assertAlmostEquals(out[c]!, dot(weights, values[c]!) / total, 2e-6);
  }
});
