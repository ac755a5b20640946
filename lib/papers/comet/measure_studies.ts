/**
 * The questions behind the comparison: how perplexity and the share of 4-bit work move with FMPQ's settings,
 * whether outliers stay where they are, and where errors arise. On excerpts of the held-out text.
 *
 * @module
 */
import { type Calibration, injectOutliers } from "offprint/quantization/mod.ts";
import {
  calibrateFast,
  fmpq,
  fmpqBlocks,
  type FmpqOptions,
  IN_FLOATS,
  type KvRounding,
  LAYER_PARTS,
  onlyWhere,
  partErrors,
  perBlock,
  type Scheme,
  simulator,
  streamErrors,
  withKv,
} from "offprint/quantization/simulate/mod.ts";
import {
  BLOCK_SIZE,
  INJECTION,
  KV,
  type SchemeName,
  schemeOf,
  type Subject,
  THRESHOLD,
} from "./configurations.ts";
import { CALIBRATION_TEXTS, kept, type MeasurementInput, subjects } from "./measure_accuracy.ts";
import { asDocuments, type Excerpt, excerpts } from "./measurement_texts.ts";
import { type Studies, studiesSchema } from "./studies_schema.ts";
import { verilogExcerpts } from "./verilog_excerpts.ts";

/** Excerpts that are scored: the second stretch of each held-out address, past its greeting. */
const SET = 1;

type Study = Exclude<keyof Studies, "excerpts">;

/** What a study gives. */
type Measured<S extends Study> = NonNullable<Studies[S]>;

/** Measures the studies that are not in the folder yet. */
export async function measureStudies(input: MeasurementInput): Promise<Studies> {
  const { texts, folder, onlyKept = false, onNote = () => {} } = input;
  const scored = excerpts(texts.heldOut, texts.heldOut.length, SET);
  const sessionOf = async () => new StudySession(input, scored, (await subjects(input)).injected);
  const session = onlyKept ? undefined : await sessionOf();
  const stages: Record<Study, (session: StudySession) => Promise<unknown>> = {
    plans: planRows,
    blockSizes: blockSizeRows,
    ranges: rangeRows,
    caches: cacheRows,
    stability: (session) => stabilityRows(session, [1, 4, 8, 32]),
    stabilityMany: (session) => stabilityRows(session, [64]),
    domain: domainRow,
    seeds: seedRows,
    parts: partRows,
    noise: noiseRows,
    depth: depthRows,
    context: contextRows,
  };
  const measured: Partial<Record<Study, unknown>> = {};
  for (const name of Object.keys(stages) as Study[]) {
    const value = await kept(
      new URL(`study-${name}.json`, folder),
      session && (async () => {
        const started = performance.now();
        const value = await stages[name](session);
        onNote(`study ${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
        return value;
      }),
    );
    if (value !== undefined) measured[name] = value;
  }
  return studiesSchema.parse({ excerpts: scored.map(({ document }) => document), ...measured });
}

/** What all studies share. */
class StudySession {
  constructor(
    readonly input: MeasurementInput,
    readonly scored: readonly Excerpt[],
    /** The model with injected outliers. */
    readonly subject: Subject,
  ) {}

  get options(): { threads?: number } {
    return this.input.threads === undefined ? {} : { threads: this.input.threads };
  }

  /** Nats of each excerpt. */
  async nats(scheme: Scheme, subject: Subject = this.subject): Promise<number[]> {
    const { config, weights, calibration } = subject;
    const model = await simulator(config, weights, scheme, { ...this.options, calibration });
    try {
      return (await model.score(asDocuments(this.scored))).map(({ nats }) => nats);
    } finally {
      await model.close();
    }
  }

  /** W4Ax with some settings changed: nats and the share of work in 4 bits. */
  async planned(options: Partial<FmpqOptions>, calibration?: Calibration) {
    const all = { blockSize: BLOCK_SIZE, threshold: THRESHOLD, ...options };
    const subject = calibration === undefined ? this.subject : { ...this.subject, calibration };
    return {
      share4: shareOf4Work(subject, all),
      nats: await this.nats(fmpq(subject.calibration, all), subject),
    };
  }

  /** Calibrates the injected model on other texts. */
  calibrated(some: readonly Excerpt[], percentile?: number): Promise<Calibration> {
    const { config, weights } = this.subject;
    return calibrateFast(config, weights, some.map(({ tokens }) => tokens), {
      ...this.options,
      ...(percentile === undefined ? {} : { percentile }),
    });
  }
}

/** The share of multiply-adds of a model's linear layers whose activations are in 4 bits: f, weighted by rows. */
export function shareOf4Work({ config, calibration }: Subject, options: FmpqOptions): number {
  let all = 0, four = 0;
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    for (const part of LAYER_PARTS) {
      const { bits } = fmpqBlocks(calibration, options, part, layer);
      const rows = partRowCount(config, part);
      all += rows * bits.length;
      four += rows * bits.filter((value) => value === 4).length;
    }
  }
  return four / all;
}

/** Outputs of a linear part. */
function partRowCount(
  config: Subject["config"],
  part: typeof LAYER_PARTS[number],
): number {
  const { head_dim: d, num_attention_heads: heads, num_key_value_heads: groups } = config;
  return {
    qkv: (heads + 2 * groups) * d,
    o: config.hidden_size,
    gateUp: 2 * config.intermediate_size,
    down: config.hidden_size,
  }[part];
}

async function planRows(session: StudySession): Promise<Measured<"plans">> {
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

async function blockSizeRows(session: StudySession): Promise<Measured<"blockSizes">> {
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

async function rangeRows(session: StudySession): Promise<Measured<"ranges">> {
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

async function cacheRows(session: StudySession): Promise<Measured<"caches">> {
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

async function partRows(session: StudySession): Promise<Measured<"parts">> {
  const rows: Measured<"parts"> = [];
  for (const scheme of ["W4A4 per block", "W4Ax"] as const) {
    for (const part of LAYER_PARTS) {
      const alone = onlyWhere(schemeOf(scheme, session.subject), (p) => p === part);
      rows.push({ scheme, part, nats: await session.nats(alone) });
    }
  }
  return rows;
}

async function noiseRows(session: StudySession): Promise<Measured<"noise">> {
  const { config, weights, calibration } = session.subject;
  const names = [
    ...["W8A8", "W4A16", "W4Ax", "W4Ax in place", "W4A4 per block", "W4A4 per token"],
  ] as SchemeName[];
  const texts = session.scored.slice(0, 4).map(({ tokens }) => tokens);
  const rows: Measured<"noise"> = [];
  for (const name of names) {
    const scheme = schemeOf(name, session.subject);
    const options = { ...session.options, calibration };
    for (const error of await partErrors(config, weights, scheme, texts, options)) {
      rows.push({ scheme: name, ...error });
    }
  }
  return rows;
}

async function depthRows(session: StudySession): Promise<Measured<"depth">> {
  const { config, weights, calibration } = session.subject;
  const texts = session.scored.slice(0, 4).map(({ tokens }) => tokens);
  const rows: Measured<"depth"> = [];
  for (const name of ["W8A8", "W4A16", "W4Ax", "W4A4 per block"] as SchemeName[]) {
    const errors = await streamErrors(config, weights, schemeOf(name, session.subject), texts, {
      ...session.options,
      calibration,
    });
    rows.push({ scheme: name, errors });
  }
  return rows;
}

/** Positions that are averaged over. */
const STRETCH = 32;

async function contextRows(session: StudySession): Promise<Measured<"context">> {
  const { config, weights, calibration } = session.subject;
  const rows: Measured<"context"> = [];
  for (
    const [scheme, kv] of [["floats", "KV16"], ["W4Ax", "KV16"], ["W4Ax", "KV4"], [
      "floats",
      "KV4",
    ]] as const
  ) {
    const model = await simulator(
      config,
      weights,
      withKv(schemeOf(scheme, session.subject), KV[kv]),
      { ...session.options, calibration },
    );
    const { nats, tokens } = await model.scoreByPosition(asDocuments(session.scored));
    await model.close();
    const stretches = Array.from({ length: Math.ceil(nats.length / STRETCH) }, (_, i) => {
      const sum = (of: Float64Array) =>
        of.subarray(i * STRETCH, (i + 1) * STRETCH).reduce((a, b) => a + b, 0);
      return { from: i * STRETCH, nats: sum(nats), tokens: sum(tokens) };
    });
    rows.push({ scheme, kv, stretches });
  }
  return rows;
}

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

async function stabilityRows(
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

async function domainRow(session: StudySession): Promise<Measured<"domain">> {
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

async function seedRows(session: StudySession): Promise<Measured<"seeds">> {
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
