/**
 * The process in which Yosys (WebAssembly) runs: reads one request a line, answers one line each. It is
 * a process and not a worker because a busy worker cannot be stopped.
 *
 * @module
 */
import type * as Yosys from "@yowasp/yosys";
import { keepYosys } from "./kept_yosys.ts";

// Not a literal, so that only this process downloads the package.
const YOSYS_PACKAGE: string = "@yowasp/yosys";

/** Lines of the standard input, each waited for without giving up the thread: Yosys asks in the middle of its work. */
function lineReader(): () => string | undefined {
  const decoder = new TextDecoder();
  const piece = new Uint8Array(65_536);
  let rest: string[] = [];
  const lines: string[] = [];
  return () => {
    while (lines.length === 0) {
      const count = Deno.stdin.readSync(piece);
      if (count === null) return undefined;
      const parts = decoder.decode(piece.subarray(0, count), { stream: true }).split("\n");
      rest.push(parts.shift()!);
      for (const part of parts) {
        lines.push(rest.join(""));
        rest = [part];
      }
    }
    return lines.shift();
  };
}

/** The files that come with Yosys, as bytes: it would encode all three megabytes of text for every instance. */
async function encodeResources(): Promise<void> {
  const place = import.meta.resolve(YOSYS_PACKAGE);
  if (!place.startsWith("file:")) return;
  const resources = new URL("./resources-yosys.js", place);
  const { filesystem } = await import(resources.href) as { filesystem: Yosys.Tree };
  const encoder = new TextEncoder();
  const encode = (folder: Yosys.Tree) => {
    for (const [name, entry] of Object.entries(folder)) {
      if (typeof entry === "string") folder[name] = encoder.encode(entry);
      else if (!(entry instanceof Uint8Array)) encode(entry);
    }
  };
  encode(filesystem);
}

if (import.meta.main) {
  const yosys: typeof Yosys = await import(YOSYS_PACKAGE);
  await encodeResources();
  const encoder = new TextEncoder();
  const nextLine = lineReader();
  await keepYosys(yosys, {
    next: () => {
      const line = nextLine();
      return line === undefined ? undefined : JSON.parse(line);
    },
    send: (answer) => {
      const bytes = encoder.encode(JSON.stringify(answer) + "\n");
      for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    },
  });
}
