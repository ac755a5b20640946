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
import { runProgram } from "./quickjs_program.ts";

// Not literals, so that only this process downloads the packages.
const CORE_PACKAGE: string = "quickjs-emscripten-core";
const VARIANT_PACKAGE: string = "@jitl/quickjs-singlefile-mjs-release-sync";

if (import.meta.main) {
  const { newQuickJSWASMModuleFromVariant }: typeof Core = await import(CORE_PACKAGE);
  const { default: variant }: typeof Variant = await import(VARIANT_PACKAGE);
  let quickjs = await newQuickJSWASMModuleFromVariant(variant);
  for await (const line of inputLines()) {
    const results: SandboxResult[] = [];
    for (const job of JSON.parse(line) as SandboxJob[]) {
      try {
        results.push(runProgram(quickjs, job, { ...USUAL_LIMITS, ...job.limits }));
      } catch {
        // Its WebAssembly failed: memory of such a module is in no known state.
        quickjs = await newQuickJSWASMModuleFromVariant(variant);
        results.push({ status: "crash", calls: [] });
      }
    }
    await writeLine(JSON.stringify(results));
  }
}
