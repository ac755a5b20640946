/**
 * The form of `data/results/05-networks.json`.
 *
 * @module
 */
import { z } from "zod";

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);

const network = z.strictObject({
  name: z.string(),
  /** The npm package and its version. */
  source: z.string(),
  /** Products that were rounded. */
  products: z.array(z.strictObject({
    name: z.string(),
    columns: count,
    rows: count,
    /** Channels larger than κ times the median. */
    outliers: count,
    blocks: count,
    blocks8InPlace: count,
    blocks8: count,
    /** Signal to noise in decibels, by the scheme's place in `schemes`. */
    decibels: z.array(z.number()),
  })),
  /** Nodes that stay in floats, by reason. */
  leftOut: z.array(z.strictObject({ type: z.string(), nodes: count, reason: z.string() })),
  /** Of the multiply-adds of one channel and row each, the share in 4 bits, by the scheme's place in `schemes`. */
  share4: z.array(share),
});

/** The schema of `data/results/05-networks.json`. */
export const networksSchema = z.strictObject({
  format: z.literal(1),
  blockSize: z.int(),
  threshold: z.number(),
  schemes: z.array(z.string()),
  recogniser: z.strictObject({
    network,
    /** Lines of text from held-out addresses. */
    lines: z.array(z.string()),
    /** What was read in floats. */
    read: z.array(z.string()),
    /** Wrong characters of each line, by scheme. */
    errors: z.array(z.array(count)),
  }),
  detector: z.strictObject({
    network,
    sentences: z.array(z.string()),
    /** The probability of speech in floats, a number for each 32 ms. */
    speech: z.array(share),
    /** Share of stretches that are judged as in floats, by scheme. */
    agreement: z.array(share),
    /** Mean distance of the probability from that in floats, by scheme. */
    distance: z.array(share),
  }),
});

/** What the study of real networks gave. */
export type NetworkResults = z.infer<typeof networksSchema>;
