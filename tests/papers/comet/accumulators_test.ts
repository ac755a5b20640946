/** Integer sums of the mixed product: equal on every backend, and a wrong one is counted. */
import { assert, assertEquals } from "@std/assert";
import { openKernels } from "kernels/mod.ts";
import { accumulatorMismatches } from "offprint/papers/comet/mod.ts";

/** Seven tokens, 200 rows, 4 and 8 bits. */
const SUMS = 2 * 7 * 200;

Deno.test("every backend that runs here finds the same integers, whatever its threads", async () => {
  const { value, compared, runs } = await accumulatorMismatches(3);
  assertEquals(value, 0);
  assertEquals(compared, SUMS * runs.length);
  assertEquals(runs[0], "reference");
  assertEquals(new Set(runs).size, runs.length);
});

/** The reference kernels with their products changed. */
const changed = (name: string, change: (y: Float32Array) => void) => ({
  name,
  open: async () => {
    const kernels = await openKernels({ backend: "reference" });
    return new Proxy(kernels, {
      get: (target, key) =>
        key !== "linear" ? Reflect.get(target, key) : (async (...args) => {
          const y = await target.linear(...args);
          change(y);
          return y;
        }) satisfies typeof target.linear,
    });
  },
});

Deno.test("a sum that is off by one is counted, also the largest", async () => {
  for (const at of ["first", "largest"] as const) {
    const wrong = changed("wrong", (y) => {
      const index = at === "first" ? 5 : y.reduce((best, v, i) => v > y[best]! ? i : best, 0);
      y[index]! += 1;
    });
    const { value, compared } = await accumulatorMismatches(3, [wrong]);
    assert(value === 2 && compared === SUMS, `${at}: ${value} of ${compared}`);
  }
});

Deno.test("last digits of another processor's floats are no wrong sums", async () => {
  const other = changed("other processor", (y) => y.forEach((v, i) => y[i] = v * (1 + 5e-7)));
  assertEquals((await accumulatorMismatches(3, [other])).value, 0);
});
