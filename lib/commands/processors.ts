/**
 * What in `deno task test` stands for other processors: notebooks are run where the last digits of ONNX Runtime and
 * of the native kernels differ, and must still agree with what is committed.
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
 * What every `deno task test` runs: each notebook once. Those that have cells tagged `native` and are not long enough
 * to be run alone run with one seed of the noise, which reaches nothing else in them; the others run as they are.
 *
 * @param folder Of the notebooks.
 */
export async function usualRuns(folder: string): Promise<ProcessorRun[]> {
  const loaded = await Promise.all((await listNotebooks(folder)).map(loadNotebook));
  const noisy = ({ notebook }: typeof loaded[number]) =>
    !notebookSettings(notebook).exclusive &&
    notebook.cells.some((cell) => tagsOf(cell).includes("native"));
  const runs: ProcessorRun[] = [
    { ...SETTINGS[0]!, ids: loaded.filter(noisy).map(({ id }) => id) },
    { name: "as they are", env: {}, ids: loaded.filter((one) => !noisy(one)).map(({ id }) => id) },
  ];
  return runs.filter(({ ids }) => ids.length > 0);
}
