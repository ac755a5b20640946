/**
 * The seconds of paper 01's arms: a tree against best-of-N of growing width, in turns on the same prompts.
 *
 * @module
 */
import { writeWhole } from "offprint/files.ts";
import {
  decodeTrio,
  MAIN_WIDTH,
  type Trio,
  TRIO_ARMS,
  TRIO_CLOCK_FILE,
  type TrioClock,
  trioClockText,
  widthOfEqualClock,
} from "offprint/papers/treebon/trio/mod.ts";
import { machineName } from "../../kit/bench/machine.ts";
import { interleaved } from "../../kit/bench/report.ts";

const WIDTHS = [16, 18, 20, 22, 24, 28, 32];
const ROUNDS = 5;

/** Measures on these prompts and writes `data/results/01-clock.json`. */
export async function measureClock(
  trio: Trio,
  prompts: readonly (readonly number[])[],
): Promise<void> {
  const samples = TRIO_ARMS.get("samples")!;
  const over = (arm: typeof samples) => async () => {
    for (const [number, prompt] of prompts.entries()) {
      await decodeTrio(arm, prompt, number, trio, 1);
    }
  };
  const seconds = await interleaved({
    tree: over(TRIO_ARMS.get("tree, weighted")!),
    ...Object.fromEntries(
      WIDTHS.map((n) => [`${n}`, over({ ...samples, name: `best of ${n}`, n })] as const),
    ),
  }, ROUNDS);
  const each = (name: string) => Number((seconds[name as "tree"] / prompts.length).toPrecision(4));
  const clock: TrioClock = {
    machine: machineName(),
    date: new Date().toISOString().slice(0, 10),
    prompts: prompts.length,
    rounds: ROUNDS,
    tree: each("tree"),
    best: WIDTHS.map((n) => ({ n, seconds: each(`${n}`) })),
  };
  await writeWhole(TRIO_CLOCK_FILE, trioClockText(clock));
  console.error(
    `a tree of width ${MAIN_WIDTH} takes ${clock.tree} s a prompt, as long as best of ${
      widthOfEqualClock(clock)
    }`,
  );
}
