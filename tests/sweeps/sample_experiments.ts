/** Experiments on which sweeps are tried. */
import { stream } from "offprint/random.ts";

/** How a line is measured. */
export interface Line {
  /** Rise. @unit mm */
  slope?: number;
  /** Where. @unit m */
  at: number;
  /** How the noise is spread. */
  noise?: Noise;
  /** No default. */
  shift?: number;
}

type Noise = "none" | "uniform";

/**
 * A line with noise. Later sentences follow.
 *
 * Another paragraph.
 */
export function line(
  { slope = 2, at, noise = "none", shift }: Line,
  seed: number,
): { y: number; noise: Noise } {
  const random = stream(seed, "line", slope, at);
  return { y: slope * at + (shift ?? 0) + (noise === "none" ? 0 : random.uniform()), noise };
}

/** Does what it is told, which may be no good. */
export async function misbehave(
  { how }: { how: "return" | "throw" | "loop" | "exit" | "number" | "print" },
): Promise<{ value: number }> {
  await Promise.resolve();
  if (how === "throw") throw new RangeError("no chain of 2 states");
  if (how === "loop") { while (true); }
  if (how === "exit") Deno.exit(3);
  if (how === "number") return 5 as unknown as { value: number };
  if (how === "print") console.log("a line of its own");
  return { value: NaN };
}

/** Says that it ran, in a file, after some time. */
export async function counted(
  { n = 0, file = "", ms = 0 }: { n?: number; file?: string; ms?: number },
  seed: number,
): Promise<{ value: number }> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (file !== "") await Deno.writeTextFile(file, `${n} ${seed}\n`, { append: true });
  return { value: n * 100 + seed };
}

/** No experiment: it takes no named parameters. */
export function unnamed(n: number): number {
  return n;
}

/** In which process it ran. */
export function processOf({ n = 0 }: { n?: number }, _seed: number): { n: number; pid: number } {
  return { n, pid: Deno.pid };
}
