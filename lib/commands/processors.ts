/**
 * The stage of `deno task test` that stands for other processors: notebooks are run again where the last
 * digits of ONNX Runtime and of the native kernels differ, and must still agree with what is committed.
 *
 * @module
 */
import { listNotebooks, loadNotebook } from "../kit/runner/mod.ts";
import { notebookSettings } from "../kit/pairs/mod.ts";
import { tagsOf } from "../kit/nbformat.ts";

/** One run of notebooks on what stands for another processor. */
export interface ProcessorRun {
  /** What is different, in words. */
  name: string;
  /** Added to the environment. */
  env: Record<string, string>;
  /** Notebooks to run; none = all. */
  ids: string[];
}

/** The settings that change last digits; `OFFPRINT_TEST_NOISE` is described in `kernels/contract/processor.ts`. */
const SETTINGS: { name: string; env: Record<string, string> }[] = [
  ...[1, 2, 3].map((seed) => ({
    name: `relative noise of 10⁻⁶, seed ${seed}`,
    env: { OFFPRINT_TEST_NOISE: String(seed) },
  })),
  ...[1, 4].map((threads) => ({
    name: threads === 1 ? "1 thread" : `${threads} threads`,
    env: { OFFPRINT_THREADS: String(threads) },
  })),
  { name: "reference kernels", env: { OFFPRINT_KERNELS: "reference" } },
];

/** Every notebook under every setting: hours on two cores. */
export function allProcessorRuns(): ProcessorRun[] {
  return SETTINGS.map((setting) => ({ ...setting, ids: [] }));
}

/**
 * The sample that every `deno task test` runs: one seed of the noise, for the notebooks that have cells
 * tagged `native` and are not long enough to be run alone. Others have nothing in them that noise reaches.
 *
 * @param folder Of the notebooks.
 */
export async function sampledProcessorRuns(folder: string): Promise<ProcessorRun[]> {
  const loaded = await Promise.all((await listNotebooks(folder)).map(loadNotebook));
  const ids = loaded.filter(({ notebook }) =>
    !notebookSettings(notebook).exclusive &&
    notebook.cells.some((cell) => tagsOf(cell).includes("native"))
  ).map(({ id }) => id);
  return ids.length === 0 ? [] : [{ ...SETTINGS[0]!, ids }];
}
