import { assert, assertEquals } from "@std/assert";
import { shortBenches } from "offprint/papers/chipgpt_ft/experiments.ts";

Deno.test("longer benches notice more of the same silent mutants", async () => {
  const of = (comparisons: number) => shortBenches({ comparisons, designs: 3 }, 1);
  const [none, short, long] = [await of(0), await of(1), await of(64)];
  assert(none.silent > 0);
  assertEquals(none.noticed, 0, "a bench that compares nothing notices nothing");
  assert(short.noticed <= long.noticed && long.noticed > 0);
  assertEquals([short.silent, long.silent], [none.silent, none.silent]);
  assertEquals(long.percent, 100 * long.noticed / long.silent);
});
