/**
 * Output of several test processes at once, kept readable: what belongs to one test file stays together, with how long
 * the file took.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";

/** How `deno test` announces the next file, colour codes left out. */
const NEXT_FILE = /^running \d+ tests? from (?:\.\/)?(.+)$/;

/** What `deno test` printed of one file. */
export interface Block {
  text: string;
  /** The file; none for what stands before the first. */
  file?: string;
  /**
   * Wall time in seconds from the end of the file before it, so that loading its modules counts; of the first file
   * from the line that announces it, since before that all modules are found and the process begins.
   */
  seconds: number;
}

/**
 * Reads the lines of a stream in blocks: a block begins where `deno test` begins the next file, and is given whole, when
 * the next one begins or the stream ends.
 *
 * @param stream Bytes of UTF-8 text.
 * @param take Takes each block; its text ends with a line break.
 * @param now The time in milliseconds.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readBlocks } from "offprint/kit/output_blocks.ts";
 *
 * const text = "running 1 test from ./a_test.ts\na ... ok\nrunning 1 test from ./b_test.ts\nb ... ok";
 * const blocks: [file: string | undefined, text: string][] = [];
 * await readBlocks(new Blob([text]).stream(), ({ file, text }) => blocks.push([file, text]));
 * assertEquals(blocks, [
 *   ["a_test.ts", "running 1 test from ./a_test.ts\na ... ok\n"],
 *   ["b_test.ts", "running 1 test from ./b_test.ts\nb ... ok\n"],
 * ]);
 * ```
 */
export async function readBlocks(
  stream: ReadableStream<Uint8Array>,
  take: (block: Block) => void,
  now: () => number = () => performance.now(),
): Promise<void> {
  let block: Block = { text: "", seconds: 0 };
  let began = now();
  let last = began;
  const end = () => {
    if (block.text !== "") take({ ...block, seconds: (last - began) / 1000 });
  };
  const input = Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    const time = now();
    const file = NEXT_FILE.exec(stripVTControlCharacters(line))?.[1];
    if (file !== undefined) {
      end();
      began = block.file === undefined ? time : last;
      block = { text: "", file, seconds: 0 };
    }
    block.text += `${line}\n`;
    last = time;
  }
  end();
}
