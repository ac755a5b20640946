/**
 * Verilator as a linter, where it is installed.
 *
 * @module
 */
import { runLimited, toolLimits } from "./limited_process.ts";
import { withFiles } from "./scratch.ts";

/** What Verilator says about some files. */
export interface LintResult {
  /** True when there was no error; warnings do not count. */
  accepted: boolean;
  log: string;
}

/** `verilator --lint-only`; nothing when Verilator is not installed. */
export async function lintWithVerilator(
  files: Record<string, string>,
): Promise<LintResult | undefined> {
  return await withFiles(files, async (folder) => {
    try {
      const args = ["--lint-only", "-Wno-fatal", ...Object.keys(files)];
      const { ended, code, output } = await runLimited("verilator", args, folder, toolLimits);
      return { accepted: ended === "exit" && code === 0, log: output };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  });
}
