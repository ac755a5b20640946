import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { similarPairs } from "offprint/kit/classroom/mod.ts";
import { RIGHT_1, submission, writeSample } from "./sample.ts";

/** The same under other names, with comments and other numbers. */
const DISGUISED = RIGHT_1.replaceAll("values", "liste").replaceAll("sum", "s")
  .replaceAll("distances", "abstand").replace("let s = 0", "// my own work\n  let s = 0.0");

const OTHER = `const meanDistance = (all: readonly number[]) => {
  const middle = mean(all);
  return mean(all.map((each) => each > middle ? each - middle : middle - each));
};`;

Deno.test("a copy under other names is listed, an answer of one's own and empty ones are not", async () => {
  const folder = await Deno.makeTempDir({ prefix: "classroom-" });
  try {
    const assignment = await writeSample(folder);
    const submitted = join(folder, "submitted");
    const cells = { ann: RIGHT_1, bob: DISGUISED, cat: OTHER, dan: undefined, eve: undefined };
    for (const [name, text] of Object.entries(cells)) {
      const notebook = await submission(folder, text === undefined ? {} : { "exercise-1": text });
      await Deno.writeTextFile(join(submitted, `${name}.ipynb`), JSON.stringify(notebook));
    }
    const pairs = await similarPairs(submitted, assignment, 0.3);
    assertEquals(pairs.map(({ students, share }) => [...students, share]), [["ann", "bob", 1]]);
    const [all] = await similarPairs(submitted, assignment, 0);
    assert(all!.shared >= 10, "enough to tell two answers apart");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
