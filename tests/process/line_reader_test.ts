import { assertEquals } from "@std/assert";
import { LineReader } from "offprint/process/mod.ts";

Deno.test("lines that come in pieces, several at once, with letters cut in two; the last without an end is none", async () => {
  const bytes = new TextEncoder().encode("one\ntwo\n\nväter\nrest");
  // Cut within the two bytes of "ä", so that a piece ends in the middle of a letter.
  const cut = bytes.indexOf(0xc3) + 1;
  const stream = ReadableStream.from([
    bytes.slice(0, 2),
    bytes.slice(2, cut),
    bytes.slice(cut),
  ]);
  const reader = new LineReader(stream);
  const lines = [];
  for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
    lines.push(line);
  }
  assertEquals(lines, ["one", "two", "", "väter"]);
});

Deno.test("what is left is read to its end, and a broken end is an end", async () => {
  let left = 3, cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new TextEncoder().encode("line\n"));
      else controller.error(new Error("broken pipe"));
    },
    cancel: () => void (cancelled = true),
  });
  const reader = new LineReader(stream);
  assertEquals(await reader.next(), "line");
  await reader.drain();
  assertEquals([left, cancelled], [-1, false]);
});
