/**
 * Where errors arise: part by part, along the layers, along the context.
 *
 * @module
 */
import {
  LAYER_PARTS,
  onlyWhere,
  partErrors,
  simulator,
  streamErrors,
  withKv,
} from "offprint/quantization/simulate/mod.ts";
import { KV, type SchemeName, schemeOf } from "../configurations.ts";
import { asDocuments } from "../measurement_texts.ts";
import type { Measured, StudySession } from "./study_session.ts";

/** One kind of part rounded, the others in floats. */
export async function partRows(session: StudySession): Promise<Measured<"parts">> {
  const rows: Measured<"parts"> = [];
  for (const scheme of ["W4A4 per block", "W4Ax"] as const) {
    for (const part of LAYER_PARTS) {
      const alone = onlyWhere(schemeOf(scheme, session.subject), (p) => p === part);
      rows.push({ scheme, part, nats: await session.nats(alone) });
    }
  }
  return rows;
}

/** Each part by itself, everything before it in floats: signal to noise. */
export async function noiseRows(session: StudySession): Promise<Measured<"noise">> {
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

/** The error of the residual stream after each layer. */
export async function depthRows(session: StudySession): Promise<Measured<"depth">> {
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

/** Nats by position in the context. */
export async function contextRows(session: StudySession): Promise<Measured<"context">> {
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
