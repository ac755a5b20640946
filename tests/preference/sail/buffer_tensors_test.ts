import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { type PairRecord, ResponseBuffer } from "offprint/preference/sail/mod.ts";
import { world } from "./small_world.ts";

Deno.test("a buffer of age 2 draws once for three steps, and its records say how old the pairs are", async () => {
  const { engine, step, method, close } = await world();
  const records: PairRecord[] = [];
  const sail = method({ age: 2, onRecord: (record) => records.push(record) });
  for (const at of [1, 2, 3, 4]) await sail.gradient(engine, step(at));
  for (const { step: at, drawnAt } of records) {
    if (drawnAt !== null) assertEquals(drawnAt, at < 4 ? 0 : 3);
  }
  assert(records.some(({ step: at, drawnAt }) => at === 3 && drawnAt === 0));
  await close();
});

Deno.test("a buffer refuses pairs of another prompt, pairs that are too old, and pairs it has not", () => {
  const pair = (id: string, version: number) => ({
    id,
    prompt: [1, 2],
    responses: [[3], [4]] as [number[], number[]],
    unfinished: [true, true] as [boolean, boolean],
    version,
  });
  const message = (work: () => unknown): string => assertThrows(work, UserError).message;
  const buffer = new ResponseBuffer(2);
  assert(/got none in the buffer/.test(message(() => buffer.take(1, pair("a", 0)))));
  buffer.put(9, [pair("a", 2)]);
  assert(
    /got one that is 6 steps old, expected at most 2/.test(
      message(() => buffer.take(9, pair("a", 2))),
    ),
  );
  buffer.put(9, [{ ...pair("a", 8), prompt: [1, 3] }]);
  assert(/got responses to another prompt \(a\)/.test(message(() => buffer.take(9, pair("a", 8)))));
  buffer.put(9, [pair("b", 6)]);
  assertEquals(buffer.take(9, pair("b", 6)).version, 6);
});
