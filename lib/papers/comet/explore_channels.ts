/**
 * The idea of paper 05 as a figure that can be moved: channels with outliers, κ, and the blocks that are rounded together.
 *
 * @module
 */
import {
  type Control,
  type Drawing,
  type Exploration,
  type Frame,
  legend,
  line,
  rect,
  words,
} from "offprint/notebook/explore/mod.ts";
import { channelPlan } from "offprint/quantization/mod.ts";

/** What is moved. */
interface ChannelState {
  /** Size of each channel. */
  sizes: readonly number[];
  /** κ. */
  threshold: number;
  way: string;
  [name: string]: readonly number[] | number | string;
}

const SIZES = [0.7, 0.7, 9.5, 0.7, 0.7, 0.6, 0.7, 15, 0.8, 0.8, 0.7, 0.8];
const BLOCK = 4;
const WAYS = ["4 bits everywhere", "8 bits where outliers are", "permuted"] as const;

/** A channel is at least and at most this large. */
const LIMITS = [0.25, 32] as const;
/** Heights are logarithms: an outlier is many times as large as its neighbours. */
const heightOf = (size: number): number => Math.log2(size);

const frame: Frame = {
  width: 390,
  height: 280,
  x: [0, SIZES.length],
  y: [-2.6, heightOf(LIMITS[1])],
  margin: { top: 58, right: 8, bottom: 34, left: 40 },
};
const HALF_WIDTH = 0.34;

/** Channels as one of the three ways lays them out and rounds them. */
export interface RoundedChannels {
  /** Which channel stands at each place. */
  order: number[];
  /** Bits of each block. */
  bits: number[];
  /** |rounded − value| ÷ size, at each place. */
  errors: number[];
}

/**
 * Rounds channels in blocks of four, each block with one step, `largest ÷ (2^(bits − 1) − 1)`. Odd channels are negative.
 *
 * @example In a block with a channel of 15, one of 0.7 becomes 0.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { roundedChannels } from "offprint/papers/comet/mod.ts";
 *
 * const { errors } = roundedChannels([0.7, 0.7, 0.7, 15], { threshold: 4, way: "4 bits everywhere" });
 * assertEquals(errors, [1, 1, 1, 0]);
 * ```
 */
export function roundedChannels(
  sizes: readonly number[],
  { threshold, way }: { threshold: number; way: string },
): RoundedChannels {
  const plan = channelPlan(sizes, { blockSize: BLOCK, threshold });
  const permuted = way === WAYS[2];
  const order = permuted ? [...plan.order] : sizes.map((_, channel) => channel);
  const isOutlier = new Set(plan.outliers);
  const bits = Array.from(plan.bits, (planned, block) => {
    if (permuted) return planned;
    const own = order.slice(BLOCK * block, BLOCK * (block + 1));
    return way === WAYS[1] && own.some((channel) => isOutlier.has(channel)) ? 8 : 4;
  });
  const errors = order.map((channel, place) => {
    const block = Math.floor(place / BLOCK);
    const own = order.slice(BLOCK * block, BLOCK * (block + 1));
    const step = Math.max(...own.map((other) => sizes[other]!)) / (2 ** (bits[block]! - 1) - 1);
    const value = channel % 2 === 0 ? sizes[channel]! : -sizes[channel]!;
    return Math.abs(step * Math.floor(value / step + 0.5) - value) / sizes[channel]!;
  });
  return { order, bits, errors };
}

function draw({ sizes, threshold, way }: ChannelState): Drawing {
  const { order, bits, errors } = roundedChannels(sizes, { threshold, way });
  const { outliers, blocks8Before, blocks8 } = channelPlan(sizes, { blockSize: BLOCK, threshold });
  const isOutlier = new Set(outliers);
  const bottom = frame.y[0];
  const lost = errors.filter((error) => error > 0.5).length;
  const blocks = bits.map((of, block) => {
    const [from, to] = [BLOCK * block, BLOCK * (block + 1)];
    return rect(frame, { x: from + 0.06, y: bottom }, { x: to - 0.06, y: frame.y[1] }, {
      opacity: of === 8 ? 0.16 : 0.05,
    }) + words(frame, { x: (from + to) / 2, y: bottom }, `${of} bits`, { dy: 20 });
  });
  const bars = order.map((channel, place) => {
    const colour = isOutlier.has(channel) ? 1 : errors[place]! > 0.5 ? 2 : 0;
    return rect(
      frame,
      { x: place + 0.5 - HALF_WIDTH, y: bottom },
      { x: place + 0.5 + HALF_WIDTH, y: heightOf(sizes[channel]!) },
      { colour },
    );
  });
  const ticks = [0.25, 1, 4, 16].map((tick) =>
    words(frame, { x: 0, y: heightOf(tick) }, String(tick), { anchor: "end", dx: -8, dy: 4 })
  );
  const rising = [...sizes].sort((a, b) => a - b);
  const limit = threshold * (rising[5]! + rising[6]!) / 2;
  const seen = limit <= LIMITS[1];
  return {
    marks: legend([
      { text: "kept", colour: 0 },
      { text: "outlier", colour: 1 },
      { text: "off by over half its size", colour: 2 },
    ]) + words(frame, { x: 0, y: frame.y[1] }, "size of the channel", {
      anchor: "start",
      dx: -30,
      dy: -12,
    }) + blocks.join("") + ticks.join("") + bars.join("") +
      (seen
        ? line(frame, [{ x: 0, y: heightOf(limit) }, { x: SIZES.length, y: heightOf(limit) }], {
          dashed: true,
          width: 1.5,
        })
        : ""),
    readings: [
      { label: "outliers, above κ × the median", value: outliers.length },
      { label: "blocks in 8 bits, where the channels are", value: blocks8Before },
      { label: "blocks in 8 bits, permuted", value: blocks8 },
      {
        label: "share of the work in 4 bits, as shown",
        value: bits.filter((of) => of === 4).length / bits.length,
      },
      { label: "channels off by over half their size", value: lost },
      {
        label: "mean error, relative to a channel's size",
        value: errors.reduce((sum, error) => sum + error, 0) / errors.length,
      },
    ],
    says: `${lost} of ${SIZES.length} channels are off by over half their size, with ${
      bits.filter((of) => of === 8).length
    } of ${bits.length} blocks in 8 bits.`,
  };
}

/** Which channel stands where, as shown. */
const placeOf = (values: ChannelState, channel: number): number =>
  roundedChannels(values.sizes, values).order.indexOf(channel);

const size = (channel: number): Control<ChannelState> => ({
  kind: "handle",
  label: `size of channel ${channel + 1}`,
  axis: "y",
  step: 0.25,
  at: (values) => ({
    x: placeOf(values, channel) + 0.5,
    y: heightOf(values.sizes[channel]!),
  }),
  move: (values, { y }) => ({
    ...values,
    sizes: values.sizes.map((own, k) =>
      k === channel ? Math.min(LIMITS[1], Math.max(LIMITS[0], 2 ** y)) : own
    ),
  }),
  says: ({ sizes }) => sizes[channel]!.toPrecision(3),
});

/** Twelve channels whose sizes can be dragged. */
export const exploration: Exploration<ChannelState> = {
  id: "05-channels",
  title: "Drag the channels: which ones does rounding destroy?",
  caption:
    "Twelve channels in three blocks of four; each number of the scale is four times the one below. Drag the top of a channel, or choose it and press the arrow keys. Channels above the dashed line, κ times the median, are outliers; the bits of a block stand below it. With 4 bits everywhere an outlier destroys its neighbours. 8 bits where outliers are repair that, and the permutation needs fewer such blocks for it: let two outliers lie in one block, or in three.",
  frame,
  start: { sizes: SIZES, threshold: 4, way: WAYS[0] },
  controls: {
    way: { kind: "choice", label: "rounding", options: WAYS },
    threshold: { kind: "range", label: "κ, times the median", min: 1, max: 20, step: 0.5 },
    ...Object.fromEntries(
      SIZES.map((_, channel) => [`channel-${channel + 1}`, size(channel)]),
    ),
  },
  draw,
};
