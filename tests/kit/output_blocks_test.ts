import { assertEquals } from "@std/assert";
import { type Block, readBlocks } from "offprint/kit/output_blocks.ts";

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
  const write = ({ text }: Block) => written.push(text);
  await Promise.all([
    readBlocks(
      pieces(
        "running 1 test from ./a_test.ts\none ..",
        ". ok\nrunning 2 te",
        "sts from ./b_test.ts\n",
      ),
      write,
    ),
    readBlocks(pieces("\x1b[38mrunning 1 test from ./c_test.ts\x1b[0m\n", "\ntwo ... ok"), write),
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
  await readBlocks(halves, ({ text }) => written.push(text));
  await readBlocks(pieces(), ({ text }) => written.push(text));
  assertEquals(written, ["running 1 test from ./é_test.ts\n"]);
});

Deno.test("a file takes from the end of the one before it, the first from where it is announced", async () => {
  const lines: [ms: number, line: string][] = [
    [2000, "Check a_test.ts"],
    [5000, "running 1 test from ./a_test.ts"],
    [6500, "one ... ok"],
    [8000, "running 1 test from ./b_test.ts"],
    [9000, "two ... ok"],
  ];
  const times = [0, ...lines.map(([ms]) => ms)];
  const taken: [file: string | undefined, seconds: number][] = [];
  await readBlocks(
    pieces(lines.map(([, line]) => `${line}\n`).join("")),
    ({ file, seconds }) => taken.push([file, seconds]),
    () => times.shift()!,
  );
  assertEquals(taken, [[undefined, 2], ["a_test.ts", 1.5], ["b_test.ts", 2.5]]);
});
