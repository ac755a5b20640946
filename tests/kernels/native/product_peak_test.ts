/** The yardstick of products: that it runs where its variant does, and counts what it did. */
import { assert, assertEquals } from "@std/assert";
import { loadLibrary } from "kernels/native/library.ts";
import { productPeak } from "kernels/native/mod.ts";

const library = await loadLibrary().catch((error: Error) => error);
const ignore = library instanceof Error;

Deno.test({
  name: "each variant with a yardstick counts its multiply-adds, by threads",
  ignore,
  async fn() {
    assert(!(library instanceof Error));
    for (const variant of library.variants) {
      const [one, two] = [await productPeak(variant, 1), await productPeak(variant, 2)];
      if (variant === "portable" || variant === "neon") assertEquals(one, undefined);
      else {
        assert(one && two);
        const done = one.run();
        assert(done > 1e6 && Number.isInteger(done), `${variant}: ${done}`);
        assertEquals(two.run(), 2 * done);
      }
    }
    assertEquals(await productPeak("typescript", 1), undefined);
  },
});
