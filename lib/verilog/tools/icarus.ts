/**
 * Icarus Verilog, where it is installed: an event simulator that also runs behavioural test benches.
 * What it runs is foreign code: it is compiled from the text that {@linkcode guarded} makes of it, in a
 * temporary folder, with limits and no environment; where the system lets us, it sees no other file and
 * no network ({@linkcode Icarus.confinement} says how).
 *
 * @module
 */
import { bareName, lex } from "../tokens/lex.ts";
import { type LimitedResult, type Limits, runLimited } from "offprint/process/mod.ts";
import { confinedCommand, type Confinement, findConfinement } from "./confinement.ts";
import { guarded } from "./guard.ts";
import { TOOL_LIMITS } from "./tool_limits.ts";
import { withFiles } from "./scratch.ts";

/** Which language a file is read as. */
export type Generation = "2005" | "2012";

/** What a simulation printed. */
export interface SimulationRun {
  /** `compile`: rejected by the compiler; `refused`: holds a task that touches files; else how it ended. */
  ended: LimitedResult["ended"] | "compile" | "refused";
  /** Messages of the compiler, or what the simulation printed. */
  output: string;
}

/** System tasks that read or write files, or run programs; what a trusted file may use of them is below. */
const FILE_TASKS = new Set(
  ("$fopen $fopenr $fopenw $fopena $fclose $fwrite $fdisplay $fmonitor $fstrobe $fread $fgets $fgetc $fscanf " +
    "$readmemh $readmemb $writememh $writememb $dumpfile $dumpvars $dumpon $dumpoff $dumpall $dumpports " +
    "$dumplimit $dumpflush $system $sformat_file $sdf_annotate $save $restart $incsave $async$and$array")
    .split(" "),
);

/** Those that only the set's own benches may use, on files of their temporary folder. */
const BENCH_TASKS = /^\$(?:f|readmem|dump)/;

/** How {@linkcode Icarus.simulate} treats files. */
export interface SimulateOptions {
  /** The files that are compiled, in order; the others lie beside them. Default: all. */
  sources?: readonly string[];
  /** Files that may use file tasks, with names that stay in the folder. Default: none. */
  trusted?: readonly string[];
}

/** Why a text may not be simulated, if there is a reason: a task that reaches outside, or cannot be found out. */
export function reachesOutside(text: string): string | undefined {
  const found = guarded(text);
  return "refused" in found ? found.refused : undefined;
}

/** The commands of Icarus Verilog. */
export class Icarus {
  /** First line of `iverilog -V`. */
  readonly version: string;
  readonly limits: Limits;
  /** What keeps a simulation from the disk and the network, beside the check of its text; nothing where none works. */
  readonly confinement: Confinement | undefined;

  /** Use {@linkcode findIcarus}. */
  constructor(version: string, limits: Limits, confinement?: Confinement) {
    this.version = version;
    this.limits = limits;
    this.confinement = confinement;
  }

  /** Reads and elaborates files without running them. `ranOut`: there was not time enough to tell. */
  async check(
    files: Record<string, string>,
    generation: Generation = "2005",
  ): Promise<{ accepted: boolean; ranOut: boolean; log: string }> {
    const safe = allGuarded(files);
    if (typeof safe === "string") return { accepted: false, ranOut: false, log: safe };
    return await withFiles(safe, async (folder) => {
      const args = [`-g${generation}`, "-t", "null", ...Object.keys(files)];
      const { ended, code, output } = await runLimited("iverilog", args, folder, this.limits);
      return { accepted: ended === "exit" && code === 0, ranOut: ended === "time", log: output };
    });
  }

  /** Compiles and runs files; ends when the design calls `$finish` or at a limit. */
  async simulate(
    files: Record<string, string>,
    generation: Generation = "2012",
    { sources = Object.keys(files), trusted = [] }: SimulateOptions = {},
  ): Promise<SimulationRun> {
    const compiled = Object.fromEntries(sources.map((name) => [name, files[name] ?? ""]));
    const safe = allGuarded(compiled, trusted);
    if (typeof safe === "string") return { ended: "refused", output: safe };
    return await withFiles({ ...files, ...safe }, async (folder) => {
      const args = [`-g${generation}`, "-o", "compiled.vvp", ...sources];
      const compiled = await runLimited("iverilog", args, folder, this.limits);
      if (compiled.ended !== "exit" || compiled.code !== 0) {
        return { ended: "compile", output: compiled.output };
      }
      const run = confinedCommand(this.confinement, "vvp", ["-n", "compiled.vvp"], folder);
      const { ended, output } = await runLimited(...run, folder, this.limits);
      return { ended, output };
    });
  }
}

/** The texts to compile, or why one may not be. */
function allGuarded(
  files: Record<string, string>,
  trusted: readonly string[] = [],
): Record<string, string> | string {
  const safe: Record<string, string> = {};
  for (const [name, text] of Object.entries(files)) {
    if (trusted.includes(name)) {
      const task = reachesFurther(text);
      if (task !== undefined) return `${name}: ${task} is not allowed here`;
      safe[name] = text;
      continue;
    }
    const found = guarded(text);
    if ("refused" in found) return `${name}:${found.line}: error: ${found.refused}\n`;
    safe[name] = found.text;
  }
  return safe;
}

/** What a trusted file may not use either: programs, other files' text, and files outside its folder. */
function reachesFurther(text: string): string | undefined {
  const tokens = lex(text).map((token) => ({ ...token, text: bareName(token.text) }));
  const task = tokens.find(({ text }) =>
    (FILE_TASKS.has(text) && !BENCH_TASKS.test(text)) || text === "`include"
  );
  if (task !== undefined) return task.text;
  if (!tokens.some(({ text }) => FILE_TASKS.has(text))) return undefined;
  const path = tokens.find(({ kind, text }) => kind === "string" && /^"\s*\/|\.\./.test(text));
  return path === undefined ? undefined : `the path ${path.text}`;
}

let found: Promise<Icarus | undefined> | undefined;

/** Icarus Verilog when it is installed; `OFFPRINT_ICARUS=0` hides it. */
export function findIcarus(limits: Limits = TOOL_LIMITS): Promise<Icarus | undefined> {
  if (limits !== TOOL_LIMITS) return find(limits);
  found ??= find(limits);
  return found;
}

async function find(limits: Limits): Promise<Icarus | undefined> {
  if (Deno.env.get("OFFPRINT_ICARUS") === "0") return undefined;
  try {
    const { output } = await runLimited("iverilog", ["-V"], Deno.cwd(), limits);
    const version = output.split("\n")[0]?.trim() ?? "";
    if (!version.startsWith("Icarus")) return undefined;
    return new Icarus(version, limits, await findConfinement("vvp", ["-V"], limits));
  } catch {
    return undefined;
  }
}
