/**
 * Suites that measure native kernels and nothing else.
 *
 * @module
 */
import { type Kernels, openKernels } from "kernels/mod.ts";
import { VARIANTS } from "kernels/native/mod.ts";
import type { BenchResult, BenchRow, NativeRun } from "offprint/kit/bench/report.ts";
import { watchOthers } from "./other_processes.ts";

/**
 * Runs `measure` where there are native kernels, and notes who else used the processor; elsewhere there are no rows.
 *
 * @param part what is measured, where that is not the whole suite.
 */
export async function nativeSuite(
  name: string,
  progress: (line: string) => void,
  measure: (kernels: Kernels) => Promise<BenchRow[]>,
  part?: string,
): Promise<BenchResult> {
  const kernels = await openKernels();
  if (kernels.backend !== "native") {
    const line = `skipped, nothing measured (${kernels.reason})`;
    progress(`${name}: ${line}`);
    return { rows: [], measuredOn: line };
  }
  const others = await watchOthers();
  progress(`${name}: ${kernels.reason}, ${kernels.threads} threads`);
  const rows = await measure(kernels);
  const measuredOn = `${kernels.backend} ${kernels.variant}, ` +
    `${kernels.threads} threads; ${await others()}`;
  return { rows, measuredOn, ...nativeRun(kernels, part) };
}

/** Which native kernels a suite's rows come from; nothing where it was another backend. */
export function nativeRun(kernels: Kernels, part?: string): { native?: NativeRun } {
  if (kernels.backend !== "native") return {};
  const of = { variant: kernels.variant, variants: VARIANTS };
  return { native: part ? { ...of, part } : of };
}
