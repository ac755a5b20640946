/**
 * The process in which QuickJS runs: reads one list of jobs a line, answers with one list of results. It has no permission at
 * all, and is a process and not a worker because a busy worker cannot be stopped.
 *
 * @module
 */
import type * as Core from "quickjs-emscripten-core";
import type * as Variant from "@jitl/quickjs-singlefile-mjs-release-sync";
import { type SandboxJob, type SandboxResult, USUAL_LIMITS } from "./job.ts";
import { inputLines, writeLine } from "./lines.ts";
import { makeWorkshop, runProgram, type Workshop } from "./quickjs_program.ts";

// Not literals, so that only this process downloads the packages.
const CORE_PACKAGE: string = "quickjs-emscripten-core";
const VARIANT_PACKAGE: string = "@jitl/quickjs-singlefile-mjs-release-sync";

/** Modules kept, of 16 MB and more each. */
const MOST_WORKSHOPS = 4;

if (import.meta.main) {
  const { newQuickJSWASMModuleFromVariant }: typeof Core = await import(CORE_PACKAGE);
  const { default: variant }: typeof Variant = await import(VARIANT_PACKAGE);
  /** One for each prelude, the one used last at the end; each has a module of its own, as its memory is put back whole. */
  const workshops = new Map<string, Workshop>();
  const workshopFor = async (prelude: string): Promise<Workshop> => {
    const workshop = workshops.get(prelude) ??
      makeWorkshop(await newQuickJSWASMModuleFromVariant(variant), prelude);
    workshops.delete(prelude);
    workshops.set(prelude, workshop);
    if (workshops.size > MOST_WORKSHOPS) workshops.delete(workshops.keys().next().value!);
    return workshop;
  };
  await workshopFor("");
  for await (const line of inputLines()) {
    const results: SandboxResult[] = [];
    for (const job of JSON.parse(line) as SandboxJob[]) {
      const prelude = job.prelude ?? "";
      try {
        results.push(
          runProgram(await workshopFor(prelude), job, { ...USUAL_LIMITS, ...job.limits }),
        );
      } catch {
        // Its WebAssembly failed: memory of such a module is in no known state.
        workshops.delete(prelude);
        results.push({ status: "crash", calls: [] });
      }
    }
    await writeLine(JSON.stringify(results));
  }
}
