import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { explore } from "offprint/notebook/explore/mod.ts";
import { detectorTable, heldOutDesigns, reachesAll } from "offprint/papers/chipgptv/study/mod.ts";
import {
  EXPLORED_MACHINE,
  machineExploration,
  reachableFunctions,
  statedTable,
} from "offprint/papers/chipgptv/mod.ts";

function readings(...stated: [string, string, string, string]): number[] {
  const [S0, S1, S2, S3] = stated;
  return machineExploration.draw({ S0, S1, S2, S3 }).readings.map(({ value }) => value);
}

Deno.test("the figure's machine looks for 101 and reaches all its states", () => {
  assertEquals(EXPLORED_MACHINE, detectorTable([1, 0, 1]));
  assert(reachesAll(EXPLORED_MACHINE));
  assert(
    heldOutDesigns({ machines: 1, wirings: 0 }).every((design) =>
      design.kind !== "machine" || reachesAll(design.next)
    ),
  );
});

Deno.test("each stated transition takes two bits away; with nothing stated the counts are the closed forms", () => {
  const nothing = readings("nothing", "nothing", "nothing", "nothing");
  const reachable = Number(reachableFunctions({ states: 4, inputBits: 1 }));
  assertEquals(nothing, [0, 16, 65_536, reachable, 1 / reachable]);
  assertEquals(readings("both", "both", "both", "both"), [8, 0, 1, 1, 1]);
  const [stated, bits, all] = readings("both", "in = 1", "in = 0", "nothing");
  assertEquals([stated, all], [4, 256]);
  assertAlmostEquals(bits!, 8, 1e-12);
});

Deno.test("what is stated is the machine's own, and the committed script shows the figure", () => {
  const table = statedTable({ S0: "in = 0", S1: "nothing", S2: "both", S3: "in = 1" });
  assertEquals(table, [[0, null], [null, null], [0, 3], [null, 1]]);
  const html = String(explore(machineExploration).bundle()["text/html"]);
  assert(html.includes("3 of 8 transitions are stated: 1024 machines agree"));
});
