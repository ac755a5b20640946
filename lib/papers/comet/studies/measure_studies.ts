/**
 * The questions behind the comparison of paper 05, measured once and kept. On excerpts of the held-out text.
 *
 * @module
 */
import { kept, type MeasurementInput, subjects } from "../measure_accuracy.ts";
import { excerpts } from "../measurement_texts.ts";
import { contextRows, depthRows, noiseRows, partRows } from "./error_studies.ts";
import { domainRow, seedRows, stabilityRows } from "./outlier_studies.ts";
import { blockSizeRows, cacheRows, planRows, rangeRows } from "./setting_studies.ts";
import { type Studies, studiesSchema } from "../studies_schema.ts";
import { type Study, StudySession } from "./study_session.ts";

/** Excerpts that are scored: the second stretch of each held-out address, past its greeting. */
const SET = 1;

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
