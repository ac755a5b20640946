/** The first pass of a large decoder: its weights are moved to huge pages, and read as before. */
import { assert } from "@std/assert";
import { Decoder, KvCache, openKernels, PackedWeights } from "kernels/mod.ts";
import { forward } from "kernels/reference/forward.ts";
import { stream } from "offprint/random.ts";
import { assertSame } from "../conformance/checking.ts";
import { randomParts, type Shape, TINY } from "../conformance/random_decoder.ts";

const SHAPE: Shape = { ...TINY, layers: 1, blockSize: 128, headDim: 64, width: 128, inner: 128 };
/** A head of 16.8 million weights, 8.4 MB: more than `huge_pages.c` leaves alone. */
const VOCABULARY = 131072;

Deno.test("weights of more than 8 MB are the same numbers after a pass has moved them", async () => {
  const random = stream(1, "huge pages");
  const parts = randomParts(random, SHAPE);
  const words = Uint32Array.from({ length: 8192 }, () => random.uint32());
  const columns = SHAPE.width, rows = VOCABULARY;
  const all = new Uint32Array(rows / 8 * columns);
  for (let at = 0; at < all.length; at += words.length) {
    all.set(words, at);
    all[at] = at; // no two stretches are the same
  }
  const before = all.slice();
  const weights = new PackedWeights({
    ...{ rows, columns, blockSize: 128 as const, words: all },
    scales: new Float32Array(rows).fill(0.01),
  });
  const decoder = new Decoder({
    ...parts,
    embedding: new Float16Array(rows * columns).fill(0.5),
    head: { weights, format: { blockSize: 128, bits: Uint8Array.of(8) } },
  });
  const cache = new KvCache({ layers: 1, kvHeads: 1, headDim: 64, groupSize: 32 });
  const pass = () => cache.begin([{ text: cache.open(), tokens: 1 }]);
  const kernels = await openKernels();
  const { logits } = await kernels.forward(decoder, pass(), Int32Array.of(1));
  assert(all.every((word, i) => word === before[i]));
  assertSame(logits, forward(decoder, pass(), Int32Array.of(1)).logits, "logits");
});
