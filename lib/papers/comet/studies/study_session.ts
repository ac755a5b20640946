/**
 * What all studies of paper 05 share: the model with injected outliers, and the excerpts that are scored.
 *
 * @module
 */
import type { Calibration } from "offprint/quantization/mod.ts";
import {
  calibrateFast,
  fmpq,
  type FmpqOptions,
  type Scheme,
  simulator,
} from "offprint/quantization/simulate/mod.ts";
import { BLOCK_SIZE, type Subject, THRESHOLD } from "../configurations.ts";
import { shareOf4Work } from "../work_share.ts";
import type { MeasurementInput } from "../measure_accuracy.ts";
import { asDocuments, type Excerpt } from "../measurement_texts.ts";
import type { Studies } from "../studies_schema.ts";

/** A study by its name in the results. */
export type Study = Exclude<keyof Studies, "excerpts">;

/** What a study gives. */
export type Measured<S extends Study> = NonNullable<Studies[S]>;

/** What all studies share. */
export class StudySession {
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
