/**
 * Whether outliers stay where they are: on other texts, on text of another kind, and with other channels drawn for
 * the injection.
 *
 * @module
 */
import { injectOutliers } from "offprint/quantization/mod.ts";
import { calibrateFast, LAYER_PARTS } from "offprint/quantization/simulate/mod.ts";
import {
  BLOCK_SIZE,
  INJECTION,
  type SchemeName,
  schemeOf,
  type Subject,
  THRESHOLD,
} from "../configurations.ts";
import { CALIBRATION_TEXTS } from "../measure_accuracy.ts";
import { type Excerpt, excerpts } from "../measurement_texts.ts";
import { shareOf4Work } from "../work_share.ts";
import type { Measured, StudySession } from "./study_session.ts";
import { verilogExcerpts } from "./verilog_excerpts.ts";

/** Outlier channels of every part, as "part layer channel". */
function outlierNames({ config, calibration }: Subject): Set<string> {
  const names = new Set<string>();
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    for (const part of LAYER_PARTS) {
      const sizes = calibration.largest(part, layer), sorted = sizes.slice().sort();
      const middle = sorted.length / 2;
      const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
      sizes.forEach((size, channel) => {
        if (size > THRESHOLD * median) names.add(`${part} ${layer} ${channel}`);
      });
    }
  }
  return names;
}

/** Channels in both over channels in either. */
export function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = a.intersection(b).size, either = a.union(b).size;
  return either === 0 ? 1 : both / either;
}

/** Overlap of the outlier sets of calibration texts that do not overlap. */
export async function stabilityRows(
  session: StudySession,
  sizes: readonly number[],
): Promise<Measured<"stability">> {
  const { train } = session.input.texts;
  const sets = 3;
  const outliersOf = async (some: readonly Excerpt[]) => {
    const calibration = await session.calibrated(some);
    return {
      names: outlierNames({ ...session.subject, calibration }),
      share4: shareOf4Work({ ...session.subject, calibration }, {
        blockSize: BLOCK_SIZE,
        threshold: THRESHOLD,
      }),
    };
  };
  const many = await outliersOf(excerpts(train, 64, sets));
  const rows: Measured<"stability"> = [];
  for (const texts of sizes) {
    const found: { names: Set<string>; share4: number }[] = [];
    for (let set = 0; set < sets; set++) found.push(await outliersOf(excerpts(train, texts, set)));
    const pairs = found.flatMap((a, i) => found.slice(i + 1).map((b) => overlap(a.names, b.names)));
    rows.push({
      texts,
      between: pairs,
      withMany: found.map(({ names }) => overlap(names, many.names)),
      outliers: found.map(({ names }) => names.size),
      share4: found.map(({ share4 }) => share4),
    });
  }
  return rows;
}

/** Calibration on text of another kind. */
export async function domainRow(session: StudySession): Promise<Measured<"domain">> {
  const { tokenizer } = session.input.model;
  const verilog = await verilogExcerpts(tokenizer, CALIBRATION_TEXTS);
  const calibration = await session.calibrated(verilog);
  const own = outlierNames(session.subject);
  return {
    overlap: overlap(own, outlierNames({ ...session.subject, calibration })),
    own: await session.planned({}),
    other: await session.planned({}, calibration),
  };
}

/** Other draws of the injected channels. */
export async function seedRows(session: StudySession): Promise<Measured<"seeds">> {
  const { config } = session.subject, { model, texts } = session.input;
  const calibrationTexts = excerpts(texts.train, CALIBRATION_TEXTS);
  const rows: Measured<"seeds"> = [];
  for (let seed = INJECTION.seed + 1; seed <= INJECTION.seed + 5; seed++) {
    const { weights } = injectOutliers(config, model.weights, { ...INJECTION, seed });
    const calibration = await calibrateFast(
      config,
      weights,
      calibrationTexts.map(({ tokens }) => tokens),
      session.options,
    );
    const subject = { config, weights, calibration };
    const nats = (name: SchemeName) => session.nats(schemeOf(name, subject), subject);
    rows.push({
      seed,
      share4: shareOf4Work(subject, { blockSize: BLOCK_SIZE, threshold: THRESHOLD }),
      floats: await nats("floats"),
      W4A16: await nats("W4A16"),
      W4Ax: await nats("W4Ax"),
      "W4A4 per token": await nats("W4A4 per token"),
    });
  }
  return rows;
}
