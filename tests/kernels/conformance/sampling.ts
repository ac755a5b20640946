/** Sampling and verification: the same probabilities and tokens. */
import { type Random, stream } from "offprint/random.ts";
import type { Draft, SamplingOptions } from "kernels/mod.ts";
import { sample, warpedSoftmax } from "kernels/reference/sampling.ts";
import { verify } from "kernels/reference/verification.ts";
import { assertSame, type Conformance, refuses } from "./checking.ts";

const WARPS: readonly SamplingOptions[] = [
  { temperature: 1 },
  { temperature: 0 },
  { temperature: 0.3 },
  { temperature: 7, minP: 0.2 },
  { temperature: 1, topK: 1 },
  { temperature: 0.8, topK: 5 },
  { temperature: 1, topP: 0.9 },
  { temperature: 1.5, topP: 1e-9 },
  { temperature: 1, topK: 40, topP: 0.7, minP: 0.01 },
  { temperature: 1e-30 },
];

export const sampling: Conformance[] = [
  {
    name: "softmax: warps at odd vocabularies, with ties and masked tokens",
    async check(kernels) {
      const random = stream(4, "softmax");
      for (const vocabulary of [1, 2, 7, 31, 257, 1003]) {
        const rows = 3;
        for (const [w, warp] of WARPS.entries()) {
          const logits = Float32Array.from({ length: rows * vocabulary }, (_, i) => {
            if (w % 3 === 1) return Math.round(random.normal() * 2); // many ties
            if (w % 3 === 2 && i % vocabulary !== 0 && random.integer(4) === 0) return -Infinity;
            return random.normal() * 5;
          });
          const ours = await kernels.warpedSoftmax(logits, rows, warp);
          const theirs = warpedSoftmax(logits, rows, warp);
          assertSame(ours, theirs, `${vocabulary}, ${JSON.stringify(warp)}`);
          const row = kernels.warp(warp)(logits.subarray(vocabulary, 2 * vocabulary));
          assertSame(row, theirs.subarray(vocabulary, 2 * vocabulary), "without waiting");
          const uniforms = Float64Array.from({ length: rows }, () => random.uniform());
          assertSame(
            await kernels.sample(ours, rows, uniforms),
            sample(theirs, rows, uniforms),
            "tokens",
          );
        }
      }
    },
  },
  {
    name:
      "softmax: cuts among thousands of tokens, in every order, with equal logits and equal masses",
    async check(kernels) {
      const random = stream(4, "cuts"), vocabulary = 3001;
      const of = (logit: (i: number) => number) =>
        Float32Array.from({ length: vocabulary }, (_, i) => logit(i));
      const kinds: Record<string, Float32Array> = {
        normal: of(() => 3 * random.normal()),
        ascending: of((i) => i / 200),
        descending: of((i) => -i / 200),
        // Masses meet the share exactly or but for rounding: the reference's own sum decides.
        equal: of(() => 1),
        "two heights": of((i) => i % 3 === 0 ? 1 : 0),
        "zeros of both signs": of((i) => i % 2 === 0 ? -0 : 0),
        masked: of((i) => i % 1000 === 999 ? random.normal() : -Infinity),
        "half of them masked": of((i) => i % 16 < 8 ? random.normal() : -Infinity),
        "as large as floats are": of((i) => i % 5 === 0 ? 3.4e38 : -3.4e38 + i * 1e35),
        "as small as floats are": of((i) => i % 7 * 2 ** -149),
      };
      const warps: SamplingOptions[] = [
        { temperature: 1, topK: 50, topP: 0.95 },
        { temperature: 0.7, topK: 2900 },
        { temperature: 1, topK: 200 },
        { temperature: 1, topP: 0.3 },
        { temperature: 2, topP: 0.999 },
        { temperature: 1, topP: 1 - 2 ** -53, minP: 1e-3 },
      ];
      for (const [kind, logits] of Object.entries(kinds)) {
        for (const warp of warps) {
          const ours = await kernels.warpedSoftmax(logits, 1, warp);
          const theirs = warpedSoftmax(logits, 1, warp);
          assertSame(ours, theirs, `${kind}, ${JSON.stringify(warp)}`);
        }
      }
    },
  },
  {
    name: "softmax and sample: wrong numbers are refused",
    async check(kernels) {
      const row = (...logits: number[]) => Float32Array.from(logits);
      const softmax = (logits: Float32Array, warp: SamplingOptions = { temperature: 1 }) =>
        kernels.warpedSoftmax(logits, 2, warp);
      await refuses(() => softmax(row(0, 1, 2, NaN)), "logits[1][1]: got NaN");
      const long = new Float32Array(80).fill(NaN, 40 + 37); // the first of several, beyond whole vectors
      await refuses(() => softmax(long), "logits[1][37]: got NaN");
      await refuses(() => softmax(row(0, 1, Infinity, 2)), "logits[1][0]: got Infinity");
      const masked = row(0, 1, -Infinity, -Infinity);
      await refuses(() => softmax(masked), "got -Infinity, expected one finite logit");
      await refuses(() => softmax(row(0, 1, 2)), "a length that 2 rows divide");
      for (const warp of [{ temperature: -1 }, { temperature: NaN }]) {
        await refuses(() => softmax(row(0, 1, 2, 3), warp), "temperature: got");
      }
      const cut = (warp: Omit<SamplingOptions, "temperature">) =>
        softmax(row(0, 1, 2, 3), { temperature: 1, ...warp });
      await refuses(() => cut({ topK: -1 }), "topK: got -1");
      await refuses(() => cut({ topK: 1.5 }), "topK: got 1.5");
      await refuses(() => cut({ topP: 0 }), "topP: got 0, expected in (0, 1]");
      await refuses(() => cut({ minP: 1.01 }), "minP: got 1.01");
      await refuses(async () => await kernels.warp({ temperature: -1 }), "temperature: got -1");
      const one = kernels.warp({ temperature: 1 });
      await refuses(async () => await one(row()), "logits: got Float32Array of 0");
      await refuses(async () => await one(row(0, NaN)), "logits[0][1]: got NaN");
      const p = Float64Array.of(0.5, 0.5, 0, 0);
      await refuses(() => kernels.sample(p, 2, Float64Array.of(0.5, 0.5)), "a sum of 0");
      p[3] = NaN;
      await refuses(() => kernels.sample(p, 2, Float64Array.of(0.5, 0.5)), "a sum of NaN");
      await refuses(() => kernels.sample(p, 2, Float64Array.of(0.5, 1)), "uniforms[1]: got 1");
    },
  },
  {
    name: "verify: batches of different lengths, equal distributions, excluded tokens",
    async check(kernels) {
      const random = stream(4, "verify");
      for (const vocabulary of [2, 5, 131]) {
        for (let round = 0; round < 30; round++) {
          const draft = randomDraft(random, 4, 3, vocabulary);
          const { accepted, next } = await kernels.verify(draft);
          const expected = verify(draft);
          assertSame(accepted, expected.accepted, "accepted");
          assertSame(next, expected.next, "next");
        }
      }
    },
  },
  {
    name: "verify: drafts that cannot be are refused",
    async check(kernels) {
      const random = stream(4, "refused");
      const draft = () => {
        const made = randomDraft(random, 2, 2, 4);
        return { ...made, lengths: Int32Array.of(2, 2) };
      };
      const impossible = draft();
      impossible.uniforms.fill(0); // so that every token before it is accepted
      for (let n = 0; n < 4; n++) {
        impossible.target.fill(0.25);
        impossible.draft[n * 4 + impossible.tokens[n]!] = 0.5;
      }
      impossible.draft[3 * 4 + impossible.tokens[3]!] = 0;
      await refuses(() => kernels.verify(impossible), "draft[1][1]");
      const empty = draft();
      empty.target.fill(0);
      await refuses(() => kernels.verify(empty), "verify: target[0][0]: got a sum of 0");
      const broken = draft();
      broken.target.fill(NaN);
      await refuses(() => kernels.verify(broken), "a sum of NaN");
      await refuses(
        () => kernels.verify({ ...draft(), tokens: Int32Array.of(0, 1, 4, 0) }),
        "tokens[1][0]: got 4, expected a whole number from 0 to 3",
      );
      await refuses(() => kernels.verify({ ...draft(), drafted: 3 }), "[batch 2][drafted 3]");
      await refuses(
        () => kernels.verify({ ...draft(), lengths: Int32Array.of(3, 0) }),
        "lengths[0]: got 3",
      );
    },
  },
];

/** Distributions on both sides, some equal, some with excluded tokens; tokens drawn from the draft's. */
export function randomDraft(
  random: Random,
  batch: number,
  drafted: number,
  vocabulary: number,
): Draft & { lengths: Int32Array } {
  const distribution = () => {
    const p = Float64Array.from(
      { length: vocabulary },
      () => random.integer(4) === 0 ? 0 : random.exponential(),
    );
    p[random.integer(vocabulary)]! += 0.1;
    const total = p.reduce((sum, value) => sum + value);
    return p.map((value) => value / total);
  };
  const draft: Float64Array[] = [], target: Float64Array[] = [], tokens: number[] = [];
  for (let text = 0; text < batch; text++) {
    for (let n = 0; n < drafted; n++) {
      const p = distribution();
      draft.push(p);
      tokens.push(random.categorical(p));
      target.push(random.integer(3) === 0 ? p : distribution());
    }
    target.push(distribution());
  }
  const flat = (rows: Float64Array[]) => Float64Array.from(rows.flatMap((row) => [...row]));
  return {
    batch,
    drafted,
    vocabulary,
    tokens: Int32Array.from(tokens),
    lengths: Int32Array.from({ length: batch }, () => random.integer(drafted + 1)),
    draft: flat(draft),
    target: flat(target),
    uniforms: Float64Array.from({ length: batch * (drafted + 1) }, () => random.uniform()),
  };
}
