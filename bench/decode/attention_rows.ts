/**
 * Attention alone: one new token of a text, over our 4-bit cache and over one of 16-bit floats.
 *
 * @module
 */
import { type Kernels, KvCache, type KvPass } from "kernels/mod.ts";
import { plainRead } from "kernels/native/mod.ts";
import { NativeUnavailable } from "kernels/native/compiler.ts";
import { type BenchRow, interleaved, lessIsBetter } from "offprint/kit/bench/report.ts";
import { stream } from "offprint/random.ts";
import {
  HALF_DIM,
  HALF_GROUP,
  type HalfAttention,
  type HalfCache,
  openHalfAttention,
} from "./half_attention.ts";

const REPETITIONS = 60;
const HEADS = 12;

/** What is attended over: layers that take turns leave little of each other in the processor's caches. */
const SETTINGS = [
  { tokens: 4096, layers: 12, from: "memory" },
  { tokens: 256, layers: 1, from: "the processor's caches" },
];

/** KV4 against 16-bit floats at a long context, read from memory, and at a short one, read from caches. */
export async function attentionRows(
  kernels: Kernels,
  progress: (line: string) => void,
): Promise<BenchRow[]> {
  let half: HalfAttention;
  try {
    half = await openHalfAttention(kernels.threads);
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error;
    progress(`decode: rows of attention skipped, ${error.message}`);
    return [];
  }
  const rows: BenchRow[] = [];
  for (const setting of SETTINGS) rows.push(...await settingRows(kernels, half, setting));
  return rows;
}

async function settingRows(
  kernels: Kernels,
  half: HalfAttention,
  { tokens, layers, from }: typeof SETTINGS[number],
): Promise<BenchRow[]> {
  const q = normals(HEADS * HALF_DIM, "q");
  const { pass, bytes } = await filled(kernels, tokens, layers);
  const caches = Array.from({ length: layers }, (_, layer) => halfCache(tokens, layer));
  const [ours, theirs] = [new Float32Array(q.length), new Float32Array(q.length)];
  // A short call is repeated, so that the clock's steps do not matter.
  const repeats = Math.ceil(50_000 / (tokens * layers));
  const read = await plainRead(kernels.threads);
  const seconds = await interleaved({
    ours: async () => {
      for (let i = 0; i < repeats; i++) {
        for (let layer = 0; layer < layers; layer++) {
          await kernels.kvAttend(pass, layer, q, HEADS, ours);
        }
      }
    },
    theirs: () => {
      for (let i = 0; i < repeats; i++) for (const cache of caches) half(cache, q, theirs);
    },
    read: () => {
      for (let i = 0; i < repeats; i++) {
        for (const { keys, values } of caches) {
          for (const { buffer } of [keys, values]) read(new Uint32Array(buffer));
        }
      }
    },
  }, REPETITIONS);
  const name = `attention alone over ${tokens} tokens, from ${from}`;
  const shape = `${layers} layer${
    layers === 1 ? "" : "s"
  } of ${HEADS} heads of ${HALF_DIM} channels`;
  const each = (who: keyof typeof seconds) => seconds[who] / repeats / layers;
  const halfBytes = 4 * HEADS * HALF_DIM * tokens;
  const rate = (bytes: number, who: keyof typeof seconds) => bytes / 1e9 / each(who);
  const speed = (what: string, bytes: number, who: "ours" | "theirs"): BenchRow => ({
    name: `${name}, ${what}`,
    shape: `${shape}; ${(bytes / 1e6).toFixed(1)} MB a layer`,
    ours: rate(bytes, who),
    peer: rate(halfBytes, "read"),
    peerName: "plain read of the 16-bit cache",
    unit: "GB/s",
    ratio: rate(bytes, who) / rate(halfBytes, "read"),
  });
  return [
    lessIsBetter({
      name,
      shape,
      ours: 1e6 * each("ours"),
      peer: 1e6 * each("theirs"),
      peerName:
        `a cache of 16-bit floats in C, this processor's widest vectors, ${kernels.threads} threads`,
      unit: "µs/layer",
    }),
    speed("bytes", bytes / layers, "ours"),
    speed("bytes of the 16-bit cache", halfBytes, "theirs"),
  ];
}

/** A pass over the last token of a text of `tokens`, whose keys and values are stored; and the bytes it reads. */
async function filled(
  kernels: Kernels,
  tokens: number,
  layers: number,
): Promise<{ pass: KvPass; bytes: number }> {
  const layout = { layers, kvHeads: HEADS, headDim: HALF_DIM, groupSize: HALF_GROUP } as const;
  const cache = new KvCache(layout);
  const text = cache.open();
  const store = async (count: number) => {
    const pass = cache.begin([{ text, tokens: count }]);
    for (let layer = 0; layer < layers; layer++) {
      const of = (name: string) => normals(count * HEADS * HALF_DIM, name, layer);
      await kernels.kvAppend(pass, layer, of("k"), of("v"));
    }
    return pass;
  };
  (await store(tokens - 1)).commit();
  const { packedRecord, records } = cache.layout;
  const complete = (tokens - 1) / HALF_GROUP | 0, rest = tokens - complete * HALF_GROUP;
  const bytes = complete * packedRecord * records + 4 * rest * HALF_DIM * records;
  return { pass: await store(1), bytes };
}

function halfCache(tokens: number, layer: number): HalfCache {
  const of = (name: string) =>
    new Uint16Array(Float16Array.from(normals(HEADS * tokens * HALF_DIM, name, layer)).buffer);
  return { heads: HEADS, tokens, keys: of("keys"), values: of("values") };
}

/** Random numbers; beyond the first thousands they repeat, which no time depends on. */
function normals(count: number, ...name: (string | number)[]): Float32Array<ArrayBuffer> {
  const random = stream(1, "bench-decode", "attention", ...name);
  const some = Float32Array.from({ length: Math.min(count, 8191) }, () => random.normal());
  return Float32Array.from({ length: count }, (_, i) => some[i % some.length]!);
}
