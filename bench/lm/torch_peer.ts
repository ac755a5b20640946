/**
 * PyTorch as a peer of a training step: eager, in a process of its own that takes turns with ours.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Child, LineReader, startChild } from "offprint/process/mod.ts";
import type { AdamWOptions } from "offprint/lm/training/engines/adamw.ts";
import type { Batch } from "offprint/lm/training/batches/windows.ts";
import { tensorShapes, type TransformerConfig } from "offprint/lm/transformer/config.ts";

/** Debian's Python, whose packages the line below installs. */
const PYTHON = "/usr/bin/python3";
const HOW_TO_INSTALL =
  "apt-get install --no-install-recommends python3-torch libopenblas0-pthread (Debian)";

/** What both sides train. */
export interface TorchJob {
  readonly config: TransformerConfig;
  readonly optimizer: AdamWOptions;
  readonly learningRate: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly batch: Batch;
  readonly threads: number;
}

/** Steps as the other process reports them. */
export interface TorchSteps {
  /** By its own clock. */
  readonly seconds: number;
  /** Nats per token before the first of them. */
  readonly loss: number;
  /** Of the first gradient, before clipping. */
  readonly norm: number;
}

/** A training in the other process. */
export interface TorchPeer {
  /** "PyTorch 1.13.0, OpenBLAS for Haswell". */
  readonly name: string;
  /** Takes `count` steps on the job's batch. */
  steps(count: number): Promise<TorchSteps>;
  close(): Promise<void>;
}

/**
 * Starts PyTorch on a job.
 *
 * @returns why not, in one line, where it is not installed, or multiplies matrices with the reference BLAS, which is no peer.
 */
export async function openTorch(job: TorchJob): Promise<TorchPeer | string> {
  const folder = await Deno.makeTempDir({ prefix: "offprint-torch-" });
  let child: Child;
  try {
    child = startChild(PYTHON, [
      fileURLToPath(new URL("torch_step.py", import.meta.url)),
      await written(job, folder),
    ], { stdin: "piped", stderr: "null", clearEnv: true, env: environment(job.threads) });
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    if (error instanceof Deno.errors.NotFound) return `not installed: ${HOW_TO_INSTALL}`;
    throw error;
  }
  const lines = new LineReader(child.stdout);
  const close = async (): Promise<void> => {
    child.kill();
    await child.status;
    await lines.drain();
    await Deno.remove(folder, { recursive: true });
  };
  const first = await lines.next();
  const { version, blas } = JSON.parse(first ?? "{}") as { version?: string; blas?: string | null };
  if (version === undefined || blas === undefined || blas === null) {
    await close();
    return version === undefined
      ? `not installed: ${HOW_TO_INSTALL}`
      : `PyTorch ${version} multiplies with the reference BLAS: ${HOW_TO_INSTALL}`;
  }
  return {
    name: `PyTorch ${version}, ${blas}`,
    steps: async (count) => {
      await child.write(`${count}\n`);
      const line = await lines.next();
      if (line === undefined) throw new Error("PyTorch ended before it answered");
      return JSON.parse(line) as TorchSteps;
    },
    close,
  };
}

/** Puts the job into a folder, and returns the path of its description. */
async function written(job: TorchJob, folder: string): Promise<string> {
  const { batch, weights, ...rest } = job;
  const shapes = tensorShapes(job.config);
  const data = `${folder}/data`;
  const arrays = [...shapes.keys()].map((name): ArrayBufferView => weights.get(name)!);
  const blob = new Blob([...arrays, batch.tokens, batch.targets] as BlobPart[]);
  await Deno.writeFile(data, new Uint8Array(await blob.arrayBuffer()));
  const path = `${folder}/job.json`;
  const { rows, length } = batch;
  await Deno.writeTextFile(
    path,
    JSON.stringify({ ...rest, rows, length, data, tensors: [...shapes] }),
  );
  return path;
}

/** Ours without what chooses kernels for OpenBLAS: it finds the processor's own by itself. */
function environment(threads: number): Record<string, string> {
  const entries = Object.entries(Deno.env.toObject())
    .filter(([name]) => !name.startsWith("OPENBLAS_"));
  const count = String(threads);
  return { ...Object.fromEntries(entries), OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count };
}
