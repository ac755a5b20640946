import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  type PairRecord,
  parseRecords,
  partMetrics,
  recordLine,
  recordMargin,
  sharpeningWarning,
} from "offprint/preference/sail/mod.ts";
import { PAIRS, world } from "./small_world.ts";

Deno.test("margin and accuracy of records are means of u and of its sign", async () => {
  const { engine, step, method, close } = await world();
  const records: PairRecord[] = [];
  await method({ mixture: {}, onRecord: (record) => records.push(record) }).gradient(
    engine,
    step(1),
  );
  const margins = records.map((record) => recordMargin(record, 0.1));
  const { offline, online } = partMetrics(records, { beta: 0.1 });
  assertAlmostEquals(offline.margin, margins.reduce((a, b) => a + b) / margins.length, 1e-12);
  assertEquals(offline.accuracy, margins.filter((u) => u > 0).length / margins.length);
  assertEquals([offline.pairs, online.pairs], [PAIRS.length, 0]);
  // Written and read again, nothing is lost.
  assertEquals(parseRecords(records.map(recordLine).join("\n"), "records"), records);
  await close();
});

Deno.test("damaged records are named by their line", () => {
  const error = assertThrows(() => parseRecords('\n{"step":1}\n', "runs/records.jsonl"), UserError);
  assert(error.message.startsWith("runs/records.jsonl, line 2"), error.message);
});

Deno.test("a warning comes when accuracy falls while the margin rises, and only then", () => {
  const point = (step: number, margin: number, accuracy: number) => ({ step, margin, accuracy });
  assert(
    sharpeningWarning([point(0, 0, 0.5), point(10, 1, 0.7), point(20, 2, 0.65)])?.startsWith(
      "step 20",
    ),
  );
  assertEquals(
    sharpeningWarning([point(0, 0, 0.5), point(10, 1, 0.7), point(20, 0.5, 0.6)]),
    undefined,
  );
  assertEquals(
    sharpeningWarning([point(0, 0, 0.5), point(10, 1, 0.7), point(20, 2, 0.69)]),
    undefined,
  );
  assertEquals(sharpeningWarning([point(0, 0, 0.5)]), undefined);
});
