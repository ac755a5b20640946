/** The profile of a forward pass: every part is counted, and only while it is asked for. */
import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { KvCache, openKernels } from "kernels/mod.ts";
import { profileForward } from "kernels/native/mod.ts";
import { stream } from "offprint/random.ts";
import { randomDecoder, TINY } from "../conformance/random_decoder.ts";

const kernels = await openKernels();
const ignore = kernels.backend !== "native";

/** A pass of sixty tokens: long enough that the clock sees each part. */
async function forward(head: "halves" | 8): Promise<void> {
  const decoder = randomDecoder(stream(1, "profile"), { ...TINY, head });
  const cache = new KvCache({ layers: 2, kvHeads: 1, headDim: 16, groupSize: 32 });
  const pass = cache.begin([{ text: cache.open(), tokens: 60 }]);
  await kernels.forward(decoder, pass, new Int32Array(60).fill(1));
}

Deno.test({
  name: "a profile counts every part of a pass, whichever the head, and no more than there was",
  ignore,
  async fn() {
    for (const head of ["halves", 8] as const) {
      const start = performance.now();
      const parts = await profileForward(() => forward(head));
      const seconds = (performance.now() - start) / 1000;
      assertEquals(Object.keys(parts).length, 6);
      for (const [part, spent] of Object.entries(parts)) assert(spent > 0, `${head}: ${part}`);
      const sum = Object.values(parts).reduce((a, b) => a + b);
      assertLessOrEqual(sum, seconds);
    }
  },
});

Deno.test({
  name: "passes outside a profile are not counted, and work that fails ends it",
  ignore,
  async fn() {
    await forward(8);
    assertEquals(Object.values(await profileForward(() => {})), [0, 0, 0, 0, 0, 0]);
    const failing = () => Promise.reject(new RangeError("the work's own"));
    await assertRejects(() => profileForward(failing), RangeError, "the work's own");
    await forward(8);
    assertEquals(Object.values(await profileForward(() => {})), [0, 0, 0, 0, 0, 0]);
  },
});
