/**
 * What a Verilog tool may use.
 *
 * @module
 */
import type { Limits } from "offprint/process/mod.ts";

/** Limits for one small tool run: 10 s, 1 MB of output, 1.5 GB. */
export const TOOL_LIMITS: Limits = {
  timeMs: 10_000,
  outputBytes: 1_000_000,
  memoryBytes: 1_500_000_000,
  fileBytes: 16_000_000,
};
