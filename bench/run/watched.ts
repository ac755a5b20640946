/**
 * A command with all that it starts, timed and weighed.
 *
 * @module
 */
import type { Child } from "offprint/process/mod.ts";
import { proportionalBytes, treeMemory } from "../sandbox/tree_memory.ts";

/** What came of a command. */
export interface Watched {
  code: number;
  stdout: string;
  stderr: string;
  /** Wall time. */
  seconds: number;
  /** The most that it and all it had started held at once, shared pages counted once; 0 where the system does not say. */
  peakBytes: number;
}

/** How often the memory is looked at. */
const EVERY_MS = 500;

/**
 * Waits for a command's end.
 *
 * @param onLine Called with each line of its standard error, as it comes, and the time in ms.
 */
export async function watched(
  child: Child,
  began: number,
  onLine: (line: string, now: number) => void = () => {},
): Promise<Watched> {
  let peakBytes = 0, ended = false;
  const weigh = async () => {
    while (!ended) {
      peakBytes = Math.max(peakBytes, await treeMemory(child.pid, proportionalBytes) ?? 0);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  };
  const weighing = weigh();
  let stderr = "";
  const read = async () => {
    let open = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += text;
      const lines = (open + text).split("\n");
      open = lines.pop()!;
      for (const line of lines) onLine(line, performance.now());
    }
  };
  const [stdout, , { code }] = await Promise.all([
    new Response(child.stdout).text(),
    read(),
    child.status,
  ]);
  const seconds = (performance.now() - began) / 1000;
  ended = true;
  await weighing;
  return { code, stdout, stderr, seconds, peakBytes };
}
