/**
 * How a child process of a sandbox is spoken to: a line each way.
 *
 * @module
 */

/** What comes in, line by line. */
export async function* inputLines(): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of Deno.stdin.readable.pipeThrough(new TextDecoderStream() as never)) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

const ENCODER = new TextEncoder();

/** Writes one line to standard output, all of it. */
export async function writeLine(line: string): Promise<void> {
  const bytes = ENCODER.encode(`${line}\n`);
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}
