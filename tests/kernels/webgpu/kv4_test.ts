/** The KV cache on whatever adapter there is: codes bit for bit, attention within a ceiling. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Random, stream } from "offprint/random.ts";
import {
  type GroupSize,
  KernelError,
  KvCache,
  KvLayout,
  type KvPass,
  type KvText,
} from "kernels/mod.ts";
import { kvAppend, kvAttend } from "kernels/reference/kv4.ts";
import { Gpu } from "kernels/webgpu/device.ts";
import { GpuKv } from "kernels/webgpu/kv4.ts";
import { appendShader, packShader } from "kernels/webgpu/shaders/kv_append_shader.ts";
import { attendShader } from "kernels/webgpu/shaders/kv_attend_shader.ts";
import { mergeShader } from "kernels/webgpu/shaders/kv_merge_shader.ts";
import { assertDefaultLimits } from "./limits.ts";
import { assertClose, assertSame } from "../conformance/checking.ts";
import { testDevice } from "./adapter.ts";

/**
 * How far an output may be from the reference: this share of the channel's largest value, for its own
 * roundings and once more for each unit of size of the terms of a score, since an error of a score
 * is a relative error of its weight.
 */
const CEILING = 2 ** -20;

function normals(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal());
}

/** The ceiling for one text whose keys and values, `[tokens][kvHeads][headDim]`, are given. */
function ceiling(
  k: Float32Array,
  v: Float32Array,
  q: Float32Array,
  { kvHeads, headDim }: { kvHeads: number; headDim: number },
): number {
  let largest = 0;
  for (let from = 0; from < q.length; from += headDim) {
    for (let at = 0; at < k.length; at += headDim) {
      let size = 0;
      for (let c = 0; c < headDim; c++) size += Math.abs(q[from + c]! * k[at + c]!);
      largest = Math.max(largest, size / Math.sqrt(headDim));
    }
  }
  assert(kvHeads > 0);
  return CEILING * (1 + largest) * v.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

const found = await testDevice("webgpu, KV cache");
if (found !== undefined) {
  const { device, name } = found;
  const gpu = new Gpu(device);
  const kv = new GpuKv(gpu, device.limits.maxStorageBufferBindingSize);
  const on = `webgpu on ${name}`;

  /** The same codes in all groups that a pass knows. */
  const assertGroups = async (ours: KvPass, theirs: KvPass, what: string): Promise<void> => {
    const pages = kv.pagesOf(ours);
    for (const [i, { packed, start }] of ours.extensions.entries()) {
      for (let g = Math.floor(start / ours.layout.groupSize); g < packed.length; g++) {
        const expected = theirs.extensions[i]!.packed[g];
        assertEquals(packed[g] === null, expected === null, what);
        if (packed[g]) assertSame(await pages.read(packed[g]!), expected!, `${what}: group ${g}`);
      }
    }
  };

  /** The same text on the GPU and on the reference, grown together. */
  class Twin {
    readonly ours: KvText;
    readonly theirs: KvText;
    k: number[] = [];
    v: number[] = [];

    constructor(
      readonly random: Random,
      readonly shape: { kvHeads: number; headDim: number; groupSize: GroupSize; heads: number },
      readonly layers = 1,
    ) {
      const open = () => new KvCache({ layers, ...shape }).open();
      [this.ours, this.theirs] = [open(), open()];
    }

    async grow(tokens: number): Promise<void> {
      const { kvHeads, heads, headDim } = this.shape;
      const begin = (text: KvText) => text.cache.begin([{ text, tokens }]);
      const ours = begin(this.ours), theirs = begin(this.theirs);
      const what = `${JSON.stringify(this.shape)}, ${this.ours.length} + ${tokens}`;
      for (let layer = 0; layer < this.layers; layer++) {
        const k = normals(this.random, tokens * kvHeads * headDim);
        const v = normals(this.random, tokens * kvHeads * headDim);
        const q = normals(this.random, tokens * heads * headDim);
        if (layer === 0) [this.k, this.v] = [[...this.k, ...k], [...this.v, ...v]];
        await kv.kvAppend(ours, layer, k, v);
        kvAppend(theirs, layer, k, v);
        const y = await kv.kvAttend(ours, layer, q, heads);
        if (layer > 0) continue;
        const most = ceiling(Float32Array.from(this.k), Float32Array.from(this.v), q, this.shape);
        assertClose(y, kvAttend(theirs, layer, q, heads), most, what);
      }
      await assertGroups(ours, theirs, what);
      ours.commit();
      theirs.commit();
    }
  }

  Deno.test(`${on}: KV4 grows over group ends, at odd head sizes, shared and not`, async () => {
    for (
      const [shape, lengths] of [
        [{ kvHeads: 2, headDim: 40, groupSize: 64, heads: 6 }, [1, 62, 3, 1, 64]],
        [{ kvHeads: 1, headDim: 264, groupSize: 128, heads: 2 }, [127, 3]],
        [{ kvHeads: 1, headDim: 1024, groupSize: 32, heads: 1 }, [33]],
      ] as const
    ) {
      const twin = new Twin(stream(12, "growth", shape.headDim), shape, 2);
      for (const tokens of lengths) await twin.grow(tokens);
    }
  });

  Deno.test(`${on}: attention in chunks, and pages that grow in number`, async () => {
    const shape = { kvHeads: 2, headDim: 16, groupSize: 32, heads: 6 } as const;
    const twin = new Twin(stream(12, "chunks"), shape);
    for (const tokens of [250, 5, 30, 240]) await twin.grow(tokens);
    assertEquals(twin.ours.length, 525);
  });

  Deno.test(`${on}: attention whose chunks' sums do not fit one binding`, async () => {
    const small = new GpuKv(gpu, 40_000); // nine pages, and 17 tiles of two chunks
    const layout = { layers: 1, kvHeads: 2, headDim: 16, groupSize: 32 } as const;
    const random = stream(12, "bindings");
    const [ours, theirs] = [0, 1].map(() => {
      const text = new KvCache(layout).open();
      return text.cache.begin([{ text, tokens: 270 }]);
    });
    const [k, v, q] = [0, 1, 2].map(() => normals(random, 270 * 2 * 16));
    await small.kvAppend(ours!, 0, k!, v!);
    kvAppend(theirs!, 0, k!, v!);
    const y = await small.kvAttend(ours!, 0, q!, 2);
    const most = ceiling(k!, v!, q!, layout);
    assertClose(y, kvAttend(theirs!, 0, q!, 2), most, "17 tiles at a time");
    const text = ours!.extensions[0]!.text;
    ours!.commit();
    await assertRejects(
      () => {
        const pass = text.cache.begin([{ text, tokens: 400 }]);
        const rows = new Float32Array(400 * 2 * 16);
        return small.kvAppend(pass, 0, rows, rows);
      },
      KernelError,
      "KV cache on the GPU: got more than ",
    );
  });

  Deno.test(`${on}: texts of different lengths in one pass`, async () => {
    const shape = { layers: 1, kvHeads: 2, headDim: 16, groupSize: 32 } as const;
    const random = stream(12, "ragged");
    const [ours, theirs] = [0, 1].map(() => {
      const cache = new KvCache(shape);
      return { cache, texts: [0, 1, 2].map(() => cache.open()) };
    });
    for (const lengths of [[5, 31, 64], [1, 1, 1], [27, 2, 3]]) {
      const rows = lengths.reduce((a, b) => a + b);
      const [k, v, q] = [2, 2, 4].map((heads) => normals(random, rows * heads * 16));
      const passes = [ours!, theirs!].map(({ cache, texts }) =>
        cache.begin(texts.map((text, i) => ({ text, tokens: lengths[i]! })))
      );
      await kv.kvAppend(passes[0]!, 0, k!, v!);
      kvAppend(passes[1]!, 0, k!, v!);
      const y = await kv.kvAttend(passes[0]!, 0, q!, 4);
      // Normal numbers: sums of sizes of 16 terms stay below 16 · 3, values below 6.
      assertClose(y, kvAttend(passes[1]!, 0, q!, 4), CEILING * 13 * 6, `${lengths}`);
      await assertGroups(passes[0]!, passes[1]!, `${lengths}`);
      for (const pass of passes) pass.commit();
    }
  });

  Deno.test(`${on}: codes are the reference's over the whole range of 16-bit floats`, async () => {
    const random = stream(12, "codes");
    const shape = { layers: 1, kvHeads: 2, headDim: 16, groupSize: 32 } as const;
    const anyHalf = () => {
      const bits = random.integer(0x7c00) | random.integer(2) << 15;
      return new Float16Array(Uint16Array.of(bits).buffer)[0]!;
    };
    const patterns: ((i: number) => number)[] = [
      () => 0,
      () => -0,
      (i) => i % 3 === 0 ? -65504 : 65504,
      () => -65504,
      (i) => 1000 + (i % 5) * 0.5,
      (i) => (i % 9 - 4) * 2 ** -24,
      (i) => i % 7 * 2 ** -24,
      (i) => i < 32 ? 65504 : -i * 2 ** -24,
      anyHalf,
      (i) => anyHalf() * (i % 32 === 3 ? 0 : 1),
      // Channels of sizes of their own, and 32-bit floats between the 16-bit ones.
      (i) => random.normal() * 2 ** (i % 32 - 22),
      (i) => (1 + i % 32 / 64) * 2 ** -14 + (random.integer(3) - 1) * 2 ** -25,
      (i) => 2 ** -25 * (i % 5) + (i % 2) * 2 ** -30,
      () => (random.integer(31) - 15) / 2,
    ];
    for (const [p, pattern] of patterns.entries()) {
      const k = Float32Array.from({ length: 32 * 32 }, (_, i) => pattern(i));
      const v = k.map((value) => -value).reverse();
      const [ours, theirs] = [0, 1].map(() => {
        const text = new KvCache(shape).open();
        return text.cache.begin([{ text, tokens: 32 }]);
      });
      await kv.kvAppend(ours!, 0, k, v);
      kvAppend(theirs!, 0, k, v);
      await assertGroups(ours!, theirs!, `pattern ${p}`);
    }
  });
}

Deno.test("webgpu, KV cache: shaders keep within the default limits of a device", () => {
  for (const headDim of [8, 64, 128, 256, 264, 512, 520, 1024]) {
    for (const groupSize of [32, 64, 128] as const) {
      const layout = new KvLayout({ layers: 1, kvHeads: 2, headDim, groupSize });
      for (
        const code of [
          appendShader(layout),
          packShader(layout),
          attendShader(layout),
          mergeShader(layout),
        ]
      ) assertDefaultLimits(code);
    }
  }
  assertThrows(() => assertDefaultLimits("@workgroup_size(512)"));
});
