/**
 * Verilator as a linter, where it is installed: a fourth opinion on a file, and the only one of the tools
 * that says something about widths.
 *
 * @module
 */
import { type Limits, runLimited } from "offprint/process/mod.ts";
import { guarded } from "./guard.ts";
import { TOOL_LIMITS } from "./tool_limits.ts";
import { withFiles } from "./scratch.ts";

/** What Verilator says about some files. */
export interface LintResult {
  /** True when there was no error; warnings do not count. */
  accepted: boolean;
  /** There was not time enough to tell. */
  ranOut: boolean;
  log: string;
}

/** The linter of Verilator. */
export class Verilator {
  /** First line of `verilator --version`. */
  readonly version: string;
  readonly #program: string;
  readonly #limits: Limits;

  /** Use {@linkcode findVerilator}. */
  constructor(version: string, program: string, limits: Limits) {
    this.version = version;
    this.#program = program;
    this.#limits = limits;
  }

  /** `verilator --lint-only` with its default warnings, which do not stop it. */
  async lint(files: Record<string, string>): Promise<LintResult> {
    // A linter reads the files that a text includes.
    const safe: Record<string, string> = {};
    for (const [name, text] of Object.entries(files)) {
      const found = guarded(text);
      if ("refused" in found) {
        return {
          accepted: false,
          ranOut: false,
          log: `%Error: ${name}:${found.line}:1: ${found.refused}\n`,
        };
      }
      safe[name] = found.text;
    }
    return await withFiles(safe, async (folder) => {
      const args = ["--lint-only", "-Wno-fatal", ...Object.keys(files)];
      const { ended, code, output } = await runLimited(this.#program, args, folder, this.#limits);
      return { accepted: ended === "exit" && code === 0, ranOut: ended === "time", log: output };
    });
  }
}

let found: Promise<Verilator | undefined> | undefined;

/** Verilator when it is installed; `OFFPRINT_VERILATOR=0` hides it. */
export function findVerilator(): Promise<Verilator | undefined> {
  found ??= find();
  return found;
}

async function find(): Promise<Verilator | undefined> {
  if (Deno.env.get("OFFPRINT_VERILATOR") === "0") return undefined;
  // The program itself first: the script around it takes longer to start than a small file to lint.
  for (const program of ["verilator_bin", "verilator"]) {
    try {
      const { output } = await runLimited(program, ["--version"], Deno.cwd(), TOOL_LIMITS);
      const version = output.split("\n")[0]?.trim() ?? "";
      if (version.startsWith("Verilator")) return new Verilator(version, program, TOOL_LIMITS);
    } catch {
      // Not installed under this name.
    }
  }
  return undefined;
}
