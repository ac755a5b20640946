/**
 * What runs in the process of one submission: it loads the modules it is asked for, calls their functions and writes what they
 * give, one line each. It shares its process with students' code, so nothing that it says is believed
 * beyond "this is the answer": what would be right is known to the grader alone.
 *
 * @module
 */
import { decodeValue, encodeValue } from "./transfer.ts";

/** Calls function number `test` of a module. */
interface Request {
  id: number;
  module: string;
  test: number;
  /** Its argument, encoded. */
  value?: unknown;
}

// Taken before any student's code runs: a changed `console` or `JSON` must not end the process.
const mark = Deno.args[0]!;
const { parse, stringify } = JSON;
const write = Deno.stdout.writeSync.bind(Deno.stdout);
const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder);

function answer(content: unknown): void {
  const bytes = encode(`\n${mark}${stringify(content)}\n`);
  for (let at = 0; at < bytes.length;) at += write(bytes.subarray(at));
}

/** One short line of what was thrown. */
function said(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
    return text.split("\n")[0]!.slice(0, 200);
  } catch {
    return "something that has no text";
  }
}

async function respond({ id, module, test, value }: Request): Promise<void> {
  let tests: ((value: unknown) => unknown)[];
  try {
    ({ default: tests } = await import(module));
  } catch (error) {
    return answer({ id, cell: said(error) });
  }
  try {
    answer({ id, value: encodeValue(await tests[test]!(decodeValue(value))) });
  } catch (error) {
    answer({ id, threw: said(error) });
  }
}

// A promise that nobody waits for must not take the other questions with it.
addEventListener("unhandledrejection", (event) => event.preventDefault());
addEventListener("error", (event) => event.preventDefault());

answer({ id: -1 });
const decoder = new TextDecoder();
let rest = "";
for await (const piece of Deno.stdin.readable) {
  const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
  rest = lines.pop()!;
  for (const line of lines) await respond(parse(line));
}
