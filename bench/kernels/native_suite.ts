/**
 * Suites that measure native kernels and nothing else.
 *
 * @module
 */
import { type Kernels, openKernels } from "kernels/mod.ts";
import type { BenchResult, BenchRow } from "offprint/kit/bench/report.ts";
import { watchOthers } from "./other_processes.ts";

/** Runs `measure` where there are native kernels, and notes who else used the processor; elsewhere there are no rows. */
export async function nativeSuite(
  name: string,
  progress: (line: string) => void,
  measure: (kernels: Kernels) => Promise<BenchRow[]>,
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
  return { rows, measuredOn };
}
