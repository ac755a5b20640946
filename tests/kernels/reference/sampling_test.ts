/** The laws that sampling and verification follow, on the backend that is chosen here. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { stream } from "offprint/random.ts";
import { chiSquare } from "offprint/stats.ts";
import { openKernels } from "kernels/mod.ts";
import { expNegative, laneSum } from "kernels/reference/exact_math.ts";
import { warpedSoftmax } from "kernels/reference/sampling.ts";
import { randomDraft } from "../conformance/mod.ts";

const kernels = await openKernels();

Deno.test("expNegative is within one unit in the last place", () => {
  const random = stream(6, "exp");
  let worst = 0;
  for (let i = 0; i < 20000; i++) {
    const x = i < 100 ? -i / 100 : -random.uniform() * (i % 2 === 0 ? 700 : 10);
    worst = Math.max(worst, Math.abs(expNegative(x) / Math.exp(x) - 1));
  }
  assert(worst <= 2 ** -51, `${worst}`); // Math.exp has an error of its own
  assertEquals([0, -0].map(expNegative), [1, 1]);
  assertEquals([-708.1, -1e300, -Infinity, NaN].map(expNegative), [0, 0, 0, 0]);
});

Deno.test("laneSum adds in eight lanes", () => {
  const values = Float64Array.from({ length: 21 }, (_, i) => 2 ** (i * 3));
  const lanes = Array.from({ length: 8 }, (_, lane) => {
    let sum = 0;
    for (let i = lane; i < 21; i += 8) sum += values[i]!;
    return sum;
  }) as [number, number, number, number, number, number, number, number];
  const [a, b, c, d, e, f, g, h] = lanes;
  assertEquals(laneSum(values), ((a + b) + (c + d)) + ((e + f) + (g + h)));
  assertEquals(laneSum([]), 0);
});

Deno.test("softmax: temperature, top-k, top-p and min-p by hand", () => {
  const p = [0.5, 0.2, 0.15, 0.1, 0.05];
  const logits = Float32Array.from(p.map(Math.log));
  const close = (warp: Parameters<typeof warpedSoftmax>[2], expected: number[]) =>
    warpedSoftmax(logits, 1, warp).forEach((value, i) =>
      assertAlmostEquals(value, expected[i]!, 1e-7)
    );
  close({ temperature: 1 }, p);
  const squares = p.map((value) => value ** 2), total = squares.reduce((a, b) => a + b);
  close({ temperature: 0.5 }, squares.map((value) => value / total));
  close({ temperature: 1, topK: 2 }, [5 / 7, 2 / 7, 0, 0, 0]);
  close({ temperature: 1, topP: 0.69 }, [5 / 7, 2 / 7, 0, 0, 0]);
  close({ temperature: 1, topP: 0.71 }, [10 / 17, 4 / 17, 3 / 17, 0, 0]);
  close({ temperature: 1, topP: 1e-6 }, [1, 0, 0, 0, 0]);
  close({ temperature: 1, minP: 0.25 }, [10 / 17, 4 / 17, 3 / 17, 0, 0]);
  close({ temperature: 1, topK: 3, topP: 0.8 }, [5 / 7, 2 / 7, 0, 0, 0]); // of what is left
});

Deno.test("sample: the ends of the unit interval, and no token of probability 0", async () => {
  const p = Float64Array.of(0, 0.25, 0, 0.75, 0);
  const below1 = 1 - 2 ** -53;
  for (const [u, token] of [[0, 1], [0.2499, 1], [0.25, 3], [below1, 3]] as const) {
    assertEquals([...await kernels.sample(p, 1, Float64Array.of(u))], [token]);
  }
  // Tenths do not sum to 1: what rounding leaves over goes to the last token that has any.
  const tenths = Float64Array.from({ length: 12 }, (_, i) => i < 10 ? 0.1 : 0);
  assertEquals([...await kernels.sample(tenths, 1, Float64Array.of(below1))], [9]);
});

Deno.test("sample follows the probabilities", async () => {
  const random = stream(6, "sample");
  const logits = Float32Array.from({ length: 40 }, () => 2 * random.normal());
  const p = await kernels.warpedSoftmax(logits, 1, { temperature: 0.9, topP: 0.95 });
  const rows = 20000;
  const repeated = new Float64Array(rows * 40);
  for (let row = 0; row < rows; row++) repeated.set(p, row * 40);
  const uniforms = Float64Array.from({ length: rows }, () => random.uniform());
  const counts = new Float64Array(40);
  for (const token of await kernels.sample(repeated, rows, uniforms)) counts[token]!++;
  assert(chiSquare(counts, p).pValue > 1e-4);
});

Deno.test("verify leaves the law of the target, at every position", async () => {
  const random = stream(6, "verify");
  const batch = 30000, drafted = 2, vocabulary = 6;
  const pair = randomDraft(random, 1, drafted, vocabulary);
  // Distributions that do not depend on the tokens before: each position has one law.
  const repeat = (values: Float64Array) => {
    const all = new Float64Array(batch * values.length);
    for (let i = 0; i < batch; i++) all.set(values, i * values.length);
    return all;
  };
  const row = (of: Float64Array, n: number) => of.subarray(n * vocabulary, (n + 1) * vocabulary);
  const tokens = Int32Array.from(
    { length: batch * drafted },
    (_, i) => random.categorical(row(pair.draft, i % drafted)),
  );
  const uniforms = Float64Array.from({ length: batch * (drafted + 1) }, () => random.uniform());
  const { accepted, next } = await kernels.verify({
    batch,
    drafted,
    vocabulary,
    tokens,
    uniforms,
    draft: repeat(pair.draft),
    target: repeat(pair.target),
  });
  for (let n = 0; n <= drafted; n++) {
    const counts = new Float64Array(vocabulary);
    for (let text = 0; text < batch; text++) {
      if (accepted[text]! < n) continue;
      counts[accepted[text] === n ? next[text]! : tokens[text * drafted + n]!]!++;
    }
    assert(chiSquare(counts, row(pair.target, n)).pValue > 1e-4, `position ${n}`);
  }
  // The share of first tokens accepted is Σ min(p, q).
  const overlap = row(pair.draft, 0).reduce((sum, p, i) => sum + Math.min(p, pair.target[i]!), 0);
  const share = accepted.filter((n) => n > 0).length / batch;
  assertAlmostEquals(share, overlap, 5 * Math.sqrt(overlap * (1 - overlap) / batch) + 1e-12);
});

Deno.test("verify: equal distributions are always accepted, whatever the uniform numbers", async () => {
  const random = stream(6, "equal");
  const { draft, tokens } = randomDraft(random, 50, 3, 11);
  const target = new Float64Array(50 * 4 * 11);
  for (let text = 0; text < 50; text++) {
    target.set(draft.subarray(text * 33, (text + 1) * 33), text * 44);
    target[text * 44 + 33 + text % 11] = 1;
  }
  const uniforms = new Float64Array(200).fill(1 - 2 ** -53);
  const verdicts = await kernels.verify({
    batch: 50,
    drafted: 3,
    vocabulary: 11,
    tokens,
    draft,
    target,
    uniforms,
  });
  assert(verdicts.accepted.every((n) => n === 3));
  assert(verdicts.next.every((token, text) => token === text % 11)); // the bonus
});
