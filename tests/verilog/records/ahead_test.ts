import { assertEquals, assertRejects } from "@std/assert";
import { filesAhead } from "offprint/verilog/records/ahead.ts";
import { emptyNotes } from "offprint/verilog/records/flows.ts";
import type { AugmentedRecord } from "offprint/verilog/records/record.ts";
import type { SourceFile } from "offprint/verilog/records/sources.ts";

const record = (input: string) => ({ input }) as AugmentedRecord;
const module = (name: string, gates: number) =>
  `module ${name}(input a, output y); ${"not (y, a); ".repeat(gates)}endmodule`;

async function* given(...files: SourceFile[]): AsyncGenerator<SourceFile> {
  yield* files;
}

Deno.test("files under way side by side come in their order, each with its own records", async () => {
  const begun: string[] = [];
  const release = Promise.withResolvers<void>();
  const turns = filesAhead({
    files: given(
      { name: "slow", text: module("first", 1) },
      { name: "unread", skipped: { reason: "binary, not text" } },
      { name: "quick", text: module("second", 2) },
      { name: "last", text: module("third", 3) },
    ),
    atOnce: 3,
    seen: new Set(),
    emptyNotes,
    make: async function* ({ name }, notes) {
      begun.push(name);
      if (name === "slow") await release.promise;
      notes.modules++;
      for (let at = 0; at < 500; at++) yield record(`${name} ${at}`);
    },
  });
  const seen: string[] = [];
  for await (const { entry, records, notes } of turns) {
    if (entry.name === "slow") {
      assertEquals(begun, ["slow", "quick"]);
      release.resolve();
    }
    const made = await Array.fromAsync(records(), ({ input }) => input);
    const all = Array.from({ length: 500 }, (_, at) => `${entry.name} ${at}`);
    assertEquals(made, "text" in entry ? all : []);
    assertEquals(notes.modules, "text" in entry ? 1 : 0);
    seen.push(entry.name);
  }
  assertEquals(seen, ["slow", "unread", "quick", "last"]);
});

Deno.test("a file like one under way waits for its turn, and what fails does so there", async () => {
  const made: string[] = [];
  const seen = new Set<string>();
  const turns = filesAhead({
    files: given(
      { name: "first", text: module("first", 1) },
      { name: "copy", text: module("second", 1) },
      { name: "wrong", text: module("third", 2) },
    ),
    atOnce: 3,
    seen,
    emptyNotes,
    make: async function* ({ name }) {
      made.push(name);
      yield record(name);
      if (name === "wrong") throw new RangeError("no such thing");
    },
  });
  for await (const { entry, print, records } of turns) {
    if (seen.has(print!)) continue;
    if (entry.name === "wrong") {
      await assertRejects(() => Array.fromAsync(records()), RangeError, "no such thing");
    } else seen.add(print!), await Array.fromAsync(records());
  }
  assertEquals(made, ["first", "wrong"]);
});

Deno.test("the records of a large file wait in small number, and none is made once the reader has left", async () => {
  let made = 0;
  const turns = filesAhead({
    files: given({ name: "one", text: module("first", 1) }, {
      name: "two",
      text: module("second", 2),
    }),
    atOnce: 2,
    seen: new Set(),
    emptyNotes,
    make: async function* ({ name }) {
      for (;; made++) yield record(name);
    },
  });
  for await (const _ of turns) break;
  const left = made;
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(made - left <= 2 && made <= 402, true, `${made}`);
});
