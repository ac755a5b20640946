/**
 * Output of several test processes at once, kept readable: what belongs to one test file stays together.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";

/** How `deno test` announces the next file, colour codes left out. */
const NEXT_FILE = /^running \d+ tests? from /;

/**
 * Writes the lines of a stream in blocks: a block begins where `deno test` begins the next file, and is
 * written whole, when the next one begins or the stream ends.
 *
 * @param stream Bytes of UTF-8 text.
 * @param write Takes each block; it ends with a line break.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { writeBlocks } from "offprint/kit/output_blocks.ts";
 *
 * const text = "running 1 test from ./a_test.ts\na ... ok\nrunning 1 test from ./b_test.ts\nb ... ok";
 * const blocks: string[] = [];
 * await writeBlocks(new Blob([text]).stream(), (block) => blocks.push(block));
 * assertEquals(blocks, [
 *   "running 1 test from ./a_test.ts\na ... ok\n",
 *   "running 1 test from ./b_test.ts\nb ... ok\n",
 * ]);
 * ```
 */
export async function writeBlocks(
  stream: ReadableStream<Uint8Array>,
  write: (block: string) => void,
): Promise<void> {
  let block = "";
  const input = Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (NEXT_FILE.test(stripVTControlCharacters(line)) && block !== "") {
      write(block);
      block = "";
    }
    block += `${line}\n`;
  }
  if (block !== "") write(block);
}
