/**
 * How plans for the linear parts of a decoder are found.
 *
 * @module
 */
import { type ChannelPlan, channelPlan, type PlanOptions } from "./channel_plan.ts";
import type { Calibration } from "./calibration.ts";
import type { PartName } from "./part_name.ts";

/** Gives the plan of each linear part; `columns` are the channels of its input. */
export type Planner = (part: PartName, layer: number, columns: number) => ChannelPlan;

/** The same bits for every block of every part, channels as they are. */
export function uniformPlans(bits: 4 | 8, blockSize: number): Planner {
  return (_part, _layer, columns) => ({
    bits: new Uint8Array(Math.ceil(columns / blockSize)).fill(bits),
  });
}

/**
 * A given share of blocks in 8 bits, the last ones; channels as they are and the head in 8 bits: what
 * speed is measured with.
 */
export function sharedPlans(share8: number, blockSize: number): Planner {
  return (part, _layer, columns) => {
    const blocks = Math.ceil(columns / blockSize);
    const blocks8 = part === "head" ? blocks : Math.round(share8 * blocks);
    return { bits: new Uint8Array(blocks).fill(4).fill(8, blocks - blocks8) };
  };
}

/** What calibration has found for each part; the head, where it is quantised, takes 8 bits throughout. */
export function calibratedPlans(calibration: Calibration, options: PlanOptions): Planner {
  return (part, layer, columns) =>
    part === "head"
      ? uniformPlans(8, options.blockSize)(part, layer, columns)
      : channelPlan(calibration.largest(part, layer), options);
}
