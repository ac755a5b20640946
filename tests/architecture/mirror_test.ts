/** Tests mirror the tree: a source's test has its name and its place. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { readHouse } from "./imports.ts";
import { mirrored, TOPICS } from "./mirror.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const { files } = await readHouse(ROOT, ["lib", "kernels", "bench", "tests"], {});
const data = [...Deno.readDirSync(`${ROOT}/data`)].map(({ name }) => `data/${name}/`);
const sources = new Set([...files.filter((file) => !file.startsWith("tests/")), ...data]);
const tests = files.filter((file) => file.endsWith("_test.ts"));

Deno.test("every test mirrors a source file, a folder or a topic that has a name", () => {
  assert(tests.length > 100, "the tests are found");
  const lost = tests.filter((test) => mirrored(test, sources) === undefined);
  assertEquals(lost, [], "give each the folder and the name of what it tests");
});

/** A longer one has several topics; its parts are named after the same source. */
const MOST_LINES = 375;

Deno.test(`no test file has more than ${MOST_LINES} lines`, async () => {
  const long: string[] = [];
  for (const test of tests) {
    const lines = (await Deno.readTextFile(`${ROOT}/${test}`)).split("\n").length - 1;
    if (lines > MOST_LINES) long.push(`${test}: ${lines}`);
  }
  assertEquals(long, []);
});

Deno.test("every topic without a source has tests", () => {
  const topics = new Set(tests.map((test) => mirrored(test, sources)));
  assertEquals(Object.keys(TOPICS).filter((topic) => !topics.has(topic)), []);
});

Deno.test("a test that lies elsewhere, or is called something else, is found", () => {
  const few = new Set(["lib/lm/hub/download.ts", "kernels/reference/kv4.ts", "lib/stats.ts"]);
  const found = (test: string): string | undefined => mirrored(`tests/${test}_test.ts`, few);
  assertEquals(found("lm/hub/download"), "lib/lm/hub/download.ts");
  assertEquals(found("lm/hub/download_refusals"), "lib/lm/hub/download.ts");
  assertEquals(found("lm/hub"), "lib/lm/hub");
  assertEquals(found("kernels/reference"), "kernels/reference");
  assertEquals(found("kernels/reference/kv4_golden"), "kernels/reference/kv4.ts");
  assertEquals(found("stats"), "lib/stats.ts");
  assertEquals(found("frame/first_run"), "frame");
  for (
    const lost of [
      "lm/download",
      "lm/hub/downloads",
      "lm/hub/refusals",
      "hub/download",
      "statistics",
    ]
  ) {
    assertEquals(found(lost), undefined, lost);
  }
});
