/**
 * How perplexity and the share of 4-bit work move with the settings of paper 05: threshold, budget, block size,
 * ranges, cache.
 *
 * @module
 */
import {
  type FmpqOptions,
  IN_FLOATS,
  type KvRounding,
  perBlock,
  withKv,
} from "offprint/quantization/simulate/mod.ts";
import { THRESHOLD } from "../configurations.ts";
import { CALIBRATION_TEXTS } from "../measure_accuracy.ts";
import { excerpts } from "../measurement_texts.ts";
import { shareOf4Work } from "../work_share.ts";
import type { Measured, StudySession } from "./study_session.ts";

/** W4Ax as threshold, budget, order and percentile move. */
export async function planRows(session: StudySession): Promise<Measured<"plans">> {
  const rows: Measured<"plans"> = [];
  for (const threshold of [1.5, 2, 3, 4, 6, 8, 16, 32]) {
    rows.push({ by: "threshold", value: threshold, ...await session.planned({ threshold }) });
  }
  for (const share8 of [0, 0.0625, 0.125, 0.25, 0.5, 1]) {
    rows.push({ by: "share8", value: share8, ...await session.planned({ share8 }) });
  }
  rows.push({ by: "sortAll", value: THRESHOLD, ...await session.planned({ sortAll: true }) });
  const texts = excerpts(session.input.texts.train, CALIBRATION_TEXTS);
  for (const percentile of [99, 99.9]) {
    const calibration = await session.calibrated(texts, percentile);
    rows.push({ by: "percentile", value: percentile, ...await session.planned({}, calibration) });
  }
  return rows;
}

/** Blocks of 32, 64 and 128 channels. */
export async function blockSizeRows(session: StudySession): Promise<Measured<"blockSizes">> {
  const rows: Measured<"blockSizes"> = [];
  for (const blockSize of [32, 64, 128]) {
    rows.push({
      blockSize,
      ...await session.planned({ blockSize }),
      share4InPlace: shareOf4Work(session.subject, {
        blockSize,
        threshold: THRESHOLD,
        permute: false,
      }),
      natsW4A4: await session.nats(perBlock(4, 4, blockSize, true)),
      natsFloats: await session.nats(IN_FLOATS),
    });
  }
  return rows;
}

/** Ranges by token, by text and static, symmetric and min–max, and weights by absmax. */
export async function rangeRows(session: StudySession): Promise<Measured<"ranges">> {
  const ways: Record<string, Partial<FmpqOptions>> = {
    "token": {},
    "text": { range: "text" },
    "static": { static: true },
    "token, min–max": { scheme: "minmax" },
    "text, min–max": { range: "text", scheme: "minmax" },
    "token, weights by absmax": { weights: "absmax" },
  };
  const rows: Measured<"ranges"> = [];
  for (const [name, options] of Object.entries(ways)) {
    rows.push({ name, nats: (await session.planned(options)).nats });
  }
  return rows;
}

/** Only the cache rounded, in every way. */
export async function cacheRows(session: StudySession): Promise<Measured<"caches">> {
  const kv = (rest: object): KvRounding => ({ bits: 4, axis: "channel", ...rest });
  const ways: Record<string, KvRounding | undefined> = {
    "32 bits": undefined,
    "16 bits": { bits: 16 },
    "4 bits, groups of 32": kv({ groupSize: 32 }),
    "4 bits, groups of 64": kv({ groupSize: 64 }),
    "4 bits, groups of 128": kv({ groupSize: 128 }),
    "4 bits, groups of 64, keys before rotation": kv({ groupSize: 64, keys: "before" }),
    "4 bits, per token": { bits: 4, axis: "token" },
    "4 bits, per token, keys before rotation": { bits: 4, axis: "token", keys: "before" },
  };
  const rows: Measured<"caches"> = [];
  for (const [name, rounding] of Object.entries(ways)) {
    rows.push({ name, nats: await session.nats(withKv(IN_FLOATS, rounding)) });
  }
  return rows;
}
