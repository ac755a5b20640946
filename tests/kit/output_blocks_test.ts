import { assertEquals } from "@std/assert";
import { writeBlocks } from "offprint/kit/output_blocks.ts";

/** Text that comes in pieces, with other work in between. */
function pieces(...parts: string[]): ReadableStream<Uint8Array> {
  const left = parts.map((part) => new TextEncoder().encode(part));
  return new ReadableStream({
    async pull(controller) {
      await new Promise((done) => setTimeout(done));
      const part = left.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
}

Deno.test("the output of two processes is not mixed within a test file", async () => {
  const written: string[] = [];
  const write = (block: string) => written.push(block);
  await Promise.all([
    writeBlocks(
      pieces(
        "running 1 test from ./a_test.ts\none ..",
        ". ok\nrunning 2 te",
        "sts from ./b_test.ts\n",
      ),
      write,
    ),
    writeBlocks(pieces("\x1b[38mrunning 1 test from ./c_test.ts\x1b[0m\n", "\ntwo ... ok"), write),
  ]);
  assertEquals(written.toSorted(), [
    "\x1b[38mrunning 1 test from ./c_test.ts\x1b[0m\n\ntwo ... ok\n",
    "running 1 test from ./a_test.ts\none ... ok\n",
    "running 2 tests from ./b_test.ts\n",
  ]);
});

Deno.test("letters of several bytes may lie across pieces; nothing at all gives no block", async () => {
  const bytes = new TextEncoder().encode("running 1 test from ./é_test.ts\n");
  const halves = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.slice(0, 23));
      controller.enqueue(bytes.slice(23));
      controller.close();
    },
  });
  const written: string[] = [];
  await writeBlocks(halves, (block) => written.push(block));
  await writeBlocks(pieces(), (block) => written.push(block));
  assertEquals(written, ["running 1 test from ./é_test.ts\n"]);
});
