/**
 * The form of the studies in `data/results/05-accuracy.json`.
 *
 * @module
 */
import { z } from "zod";

const nats = z.array(z.number());
const share = z.number().min(0).max(1);
const planned = { share4: share, nats };
const part = z.enum(["qkv", "o", "gateUp", "down"]);
const scheme = z.string();

const stability = z.strictObject({
  texts: z.int().positive(),
  between: z.array(share),
  withMany: z.array(share),
  outliers: z.array(z.int()),
  share4: z.array(share),
});

/** The schema of {@linkcode Studies}; a study that was not finished is absent. */
export const studiesSchema = z.strictObject({
  /** Held-out documents of the scored excerpts; every `nats` below has one number for each. */
  excerpts: z.array(z.string()),
  /** W4Ax as its settings move. */
  plans: z.array(z.strictObject({
    by: z.enum(["threshold", "share8", "sortAll", "percentile"]),
    value: z.number(),
    ...planned,
  })).exactOptional(),
  blockSizes: z.array(z.strictObject({
    blockSize: z.int().positive(),
    ...planned,
    share4InPlace: share,
    natsW4A4: nats,
    natsFloats: nats,
  })).exactOptional(),
  /** W4Ax with other ranges. */
  ranges: z.array(z.strictObject({ name: z.string(), nats })).exactOptional(),
  /** Linear parts in floats, with each cache. */
  caches: z.array(z.strictObject({ name: z.string(), nats })).exactOptional(),
  /** One kind of part rounded, the others in floats. */
  parts: z.array(z.strictObject({ scheme, part, nats })).exactOptional(),
  /** Signal to noise of each part by itself. */
  noise: z.array(z.strictObject({ scheme, part, layer: z.int(), decibels: z.number() }))
    .exactOptional(),
  /** Relative error of the residual stream after each layer. */
  depth: z.array(z.strictObject({ scheme, errors: z.array(z.number()) })).exactOptional(),
  /** Nats over stretches of positions. */
  context: z.array(z.strictObject({
    scheme,
    kv: z.string(),
    stretches: z.array(
      z.strictObject({ from: z.int(), nats: z.number(), tokens: z.number() }),
    ),
  })).exactOptional(),
  /** Outlier channels found on sets of texts that do not overlap. */
  stability: z.array(stability).exactOptional(),
  /** The same on larger sets. */
  stabilityMany: z.array(stability).exactOptional(),
  /** Calibrated on Verilog. */
  domain: z.strictObject({
    overlap: share,
    own: z.strictObject(planned),
    other: z.strictObject(planned),
  }).exactOptional(),
  /** Other draws of the injected channels. */
  seeds: z.array(z.strictObject({
    seed: z.int(),
    share4: share,
    floats: nats,
    W4A16: nats,
    W4Ax: nats,
    "W4A4 per token": nats,
  })).exactOptional(),
});

/** What the studies gave. */
export type Studies = z.infer<typeof studiesSchema>;
