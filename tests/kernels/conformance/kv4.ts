/** The KV cache: packed groups and attention, bit for bit. */
import { assertEquals } from "@std/assert";
import { type Random, stream } from "offprint/random.ts";
import { type GroupSize, type Kernels, KvCache, type KvPass } from "kernels/mod.ts";
import { kvAppend, kvAttend } from "kernels/reference/kv4.ts";
import { assertSame, type Conformance, normals, refuses } from "./checking.ts";

/** The same pass on two caches, one filled by the backend and one by the reference. */
class Twin {
  readonly cache: KvCache;
  readonly random: Random;
  readonly heads: number;

  constructor(
    shape: { kvHeads: number; headDim: number; groupSize: GroupSize; heads: number },
    readonly kernels: Kernels,
    readonly layers = 2,
  ) {
    this.cache = new KvCache({ layers, ...shape });
    this.heads = shape.heads;
    this.random = stream(3, "kv", shape.headDim, shape.groupSize, shape.heads);
  }

  rows(heads: number, rows: number): Float32Array {
    return normals(this.random, rows * heads * this.cache.layout.headDim);
  }

  async pass(ours: KvPass, theirs: KvPass, what: string): Promise<void> {
    const { kvHeads } = this.cache.layout;
    for (let layer = 0; layer < this.layers; layer++) {
      const k = this.rows(kvHeads, ours.rows), v = this.rows(kvHeads, ours.rows);
      const q = this.rows(this.heads, ours.rows);
      await this.kernels.kvAppend(ours, layer, k, v);
      kvAppend(theirs, layer, k, v);
      for (const [i, extension] of ours.extensions.entries()) {
        for (const [g, packed] of extension.packed.entries()) {
          const expected = theirs.extensions[i]!.packed[g];
          assertEquals(packed === null, expected === null, what);
          if (layer === this.layers - 1 && packed) assertSame(packed, expected!, `${what}: group`);
        }
      }
      assertSame(
        await this.kernels.kvAttend(ours, layer, q, this.heads),
        kvAttend(theirs, layer, q, this.heads),
        `${what}, layer ${layer}`,
      );
    }
    ours.commit();
    theirs.commit();
  }
}

export const caches: Conformance[] = [
  {
    name: "KV4: growth token by token and in leaps, over group ends, at odd head sizes",
    async check(kernels) {
      const shapes = [
        { kvHeads: 1, headDim: 8, groupSize: 32, heads: 1 },
        { kvHeads: 2, headDim: 40, groupSize: 32, heads: 6 },
        { kvHeads: 3, headDim: 64, groupSize: 64, heads: 3 },
        { kvHeads: 1, headDim: 24, groupSize: 32, heads: 7 }, // more queries of a KV head than a job has
        { kvHeads: 1, headDim: 96, groupSize: 128, heads: 2 },
        { kvHeads: 7, headDim: 32, groupSize: 32, heads: 7 }, // heads that threads cannot share evenly
      ] as const;
      for (const shape of shapes) {
        const twin = new Twin(shape, kernels);
        const ours = twin.cache.open(), theirs = twin.cache.open();
        for (const tokens of [1, 30, 1, 1, 1, 66, 3, 40, 1]) {
          const pass = (text: typeof ours) => twin.cache.begin([{ text, tokens }]);
          await twin.pass(pass(ours), pass(theirs), `${JSON.stringify(shape)} at ${ours.length}`);
        }
      }
    },
  },
  {
    name: "KV4: texts of different lengths in one pass",
    async check(kernels) {
      const twin = new Twin({ kvHeads: 2, headDim: 32, groupSize: 32, heads: 4 }, kernels);
      const ours = [0, 1, 2].map(() => twin.cache.open());
      const theirs = [0, 1, 2].map(() => twin.cache.open());
      for (const tokens of [[5, 31, 64], [1, 1, 1], [28, 2, 70], [1, 4, 1]]) {
        const pass = (texts: typeof ours) =>
          twin.cache.begin(texts.map((text, i) => ({ text, tokens: tokens[i]! })));
        await twin.pass(pass(ours), pass(theirs), `${tokens}`);
      }
    },
  },
  {
    name: "KV4: rolled back and branched texts",
    async check(kernels) {
      const twin = new Twin({ kvHeads: 1, headDim: 16, groupSize: 32, heads: 2 }, kernels);
      let ours = twin.cache.open(), theirs = twin.cache.open();
      const grow = (tokens: number) =>
        twin.pass(
          twin.cache.begin([{ text: ours, tokens }]),
          twin.cache.begin([{ text: theirs, tokens }]),
          `${ours.length} + ${tokens}`,
        );
      await grow(70);
      ours.truncate(61);
      theirs.truncate(61);
      await grow(5);
      [ours, theirs] = [ours.fork(), theirs.fork()];
      await grow(40);
    },
  },
  {
    name: "KV4: values far from zero, constant channels, the range of 16-bit floats",
    async check(kernels) {
      const headDim = 32, groupSize = 32;
      const patterns: ((i: number) => number)[] = [
        () => 0,
        () => -0,
        () => 3.25,
        () => -65504,
        (i) => i % 2 === 0 ? 65504 : -65504,
        (i) => 1000 + (i % 5) * 0.5,
        (i) => (i % 9 - 4) * 2 ** -24,
        (i) => i * 2 ** -15,
      ];
      for (const [p, pattern] of patterns.entries()) {
        const cache = new KvCache({ layers: 1, kvHeads: 1, headDim, groupSize });
        const k = Float32Array.from({ length: 33 * headDim }, (_, i) => pattern(i));
        const v = k.map((value, i) => i % headDim === 5 ? 1 : -value);
        const q = new Float32Array(33 * headDim).fill(2 ** -12);
        const run = async (append: Kernels["kvAppend"], attend: Kernels["kvAttend"]) => {
          const pass = cache.begin([{ text: cache.open(), tokens: 33 }]);
          await append(pass, 0, k, v);
          return { pass, out: await attend(pass, 0, q, 1) };
        };
        const ours = await run(
          (...args) => kernels.kvAppend(...args),
          (...args) => kernels.kvAttend(...args),
        );
        const theirs = await run(
          (...args) => Promise.resolve(kvAppend(...args)),
          (...args) => Promise.resolve(kvAttend(...args)),
        );
        const groupOf = ({ pass }: { pass: KvPass }) => pass.extensions[0]!.packed[0]!;
        assertSame(groupOf(ours), groupOf(theirs), `pattern ${p}: codes`);
        assertSame(ours.out, theirs.out, `pattern ${p}: output`);
      }
    },
  },
  {
    name: "KV4: what 16-bit floats cannot hold, and overflows, are refused",
    async check(kernels) {
      const cache = new KvCache({ layers: 2, kvHeads: 2, headDim: 8, groupSize: 32 });
      const text = cache.open();
      const pass = cache.begin([{ text, tokens: 3 }]);
      const fine = () => new Float32Array(48).fill(1);
      const bad = (at: number, value: number) => {
        const array = fine();
        array[at] = value;
        return array;
      };
      for (const value of [NaN, Infinity, -Infinity, 70000, -65520]) {
        await refuses(
          () => kernels.kvAppend(pass, 0, bad(17, value), fine()),
          `kvAppend: k[1][1]: got ${value}`,
        );
        await refuses(
          () => kernels.kvAppend(pass, 0, fine(), bad(47, value)),
          `kvAppend: v[2][15]: got ${value}`,
        );
      }
      await kernels.kvAppend(pass, 0, bad(3, 65519), fine());
      await refuses(
        () => kernels.kvAttend(pass, 0, bad(20, NaN), 2),
        "kvAttend: q[1][4]: got NaN, expected a finite number",
      );
      await refuses(
        () => kernels.kvAttend(pass, 0, bad(16 + 3, 3e38), 2),
        "kvAttend: scores of row 1, head 0: got an overflow",
      );
      await refuses(
        () => kernels.kvAppend(pass, 2, fine(), fine()),
        "layer: got 2, expected a whole number from 0 to 1",
      );
      await refuses(
        () => kernels.kvAppend(pass, 0, fine().subarray(1), fine()),
        "k: got Float32Array of 47, expected Float32Array of 48, [rows 3][kvHeads 2][headDim 8]",
      );
      await refuses(
        () => kernels.kvAttend(pass, 0, fine(), 3),
        "heads: got 3, expected a multiple",
      );
      await refuses(
        () => kernels.kvAttend(pass, 0, new Float32Array(48), 4),
        "q: got Float32Array of 48, expected Float32Array of 96",
      );
    },
  },
];
