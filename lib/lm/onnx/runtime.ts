/**
 * The one place that loads ONNX Runtime. The package (290 MB) is fetched the first time
 * {@linkcode createSession} runs. Its own messages become our one line.
 *
 * @module
 */
import type * as OrtModule from "onnxruntime-node";
import { floatsOf, processorDependent } from "kernels/contract/processor.ts";
import { messageOf, UserError } from "offprint/errors.ts";

/** The whole module `onnxruntime-node`. */
export type Ort = typeof OrtModule;

/** A loaded graph, ready to run. */
export type OrtSession = OrtModule.InferenceSession;

/** A tensor of ONNX Runtime. */
export type OrtTensor = OrtModule.Tensor;

let loaded: Promise<Ort> | undefined;

/** Loads ONNX Runtime, once per process. */
export function loadOrt(): Promise<Ort> {
  loaded ??= (async () => {
    // Not a literal: Deno would otherwise download the package as soon as this file is loaded.
    const specifier: string = "onnxruntime-node";
    return await import(specifier) as Ort;
  })();
  return loaded;
}

/** The threads a session uses: `OFFPRINT_THREADS` where it is set (the runner does), else the cores, at most 4. */
export function threadCount(): number {
  const asked = Number(Deno.env.get("OFFPRINT_THREADS"));
  if (Number.isInteger(asked) && asked > 0) return asked;
  return Math.min(4, navigator.hardwareConcurrency);
}

/**
 * Prepares a graph for running on the CPU.
 *
 * @param where the file it comes from, for the message.
 * @param graph the bytes of an ONNX file, or a path when it has external data.
 * @throws {UserError} when ONNX Runtime refuses it.
 */
export async function createSession(
  where: string,
  graph: Uint8Array | string,
  options: { threads?: number } = {},
): Promise<{ ort: Ort; session: OrtSession }> {
  const ort = await loadOrt();
  const settings: OrtModule.InferenceSession.SessionOptions = {
    executionProviders: ["cpu"],
    intraOpNumThreads: options.threads ?? threadCount(),
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    // Fatal only: ONNX Runtime would print its errors in colour beside throwing them.
    logSeverityLevel: 4,
  };
  try {
    const session = typeof graph === "string"
      ? await ort.InferenceSession.create(graph, settings)
      : await ort.InferenceSession.create(graph, settings);
    return { ort, session: marked(session) };
  } catch (error) {
    throw new UserError({ what: where, got: ortMessage(error), expected: "a valid ONNX graph" });
  }
}

/** The same session; its results are known to hang on the processor. Half floats are too coarse to differ. */
function marked(session: OrtSession): OrtSession {
  const run = session.run.bind(session) as (...args: unknown[]) => Promise<
    OrtModule.InferenceSession.ReturnType
  >;
  session.run = async (...args: unknown[]) => {
    const results = await run(...args);
    const arrays = Object.values(results).map(({ data }) => data);
    processorDependent("ONNX Runtime", arrays.flatMap(floatsOf));
    return results;
  };
  return session;
}

/** What ONNX Runtime has to say, in one line, without its codes and source locations. */
export function ortMessage(error: unknown): string {
  return messageOf(error)
    .replace(/\s+/g, " ")
    .replace(/^(Error: )?(Non-zero status code returned while running )?/, "")
    .replace(/\s*\S*\/onnxruntime\/\S+/g, "")
    .trim();
}
