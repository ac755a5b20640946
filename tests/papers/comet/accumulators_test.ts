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

Deno.test("a sum that is off by one is counted", async () => {
  const open = async () => {
    const kernels = await openKernels({ backend: "reference" });
    return new Proxy(kernels, {
      get: (target, key) =>
        key !== "linear" ? Reflect.get(target, key) : (async (...args) => {
          const y = await target.linear(...args);
          y[5]! += 1;
          return y;
        }) satisfies typeof target.linear,
    });
  };
  const { value, compared } = await accumulatorMismatches(3, [{ name: "wrong", open }]);
  assert(value === 2 && compared === SUMS, `${value} of ${compared}`);
});
