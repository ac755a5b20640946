/**
 * Turns of a contestant on a GPU: a product is shorter than waiting for the device, so a turn repeats it.
 *
 * @module
 */
import type { Contestant } from "offprint/kit/bench/report.ts";

/** The most repetitions in a turn: each has buffers of its own. */
const MOST = 64;

/** One contestant's turn, and how often it repeats its product in it. */
export interface Turn {
  readonly run: Contestant;
  readonly times: number;
}

/** Repetitions that take about `turnMs`, estimated from a few after one that warms up. */
export async function timesInATurn(
  run: (times: number) => Promise<void>,
  turnMs: number,
): Promise<number> {
  await run(1);
  const start = performance.now();
  await run(4);
  const one = (performance.now() - start) / 4;
  return Math.max(1, Math.min(MOST, Math.round(turnMs / one)));
}
