/**
 * What a measurement was made on.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Instruction sets that decide how fast products of small integers are, as Linux names them and as people do. */
const SETS = { avx2: "AVX2", avx_vnni: "AVX-VNNI", avx512_vnni: "AVX-512-VNNI" };

/** Processor, cores and Deno version in one line. */
export function machineName(): string {
  const { name, cores } = processor();
  return `${name}, ${cores} cores, ${Deno.build.os}, Deno ${Deno.version.deno}`;
}

/** The processor by name. Rented machines often tell the maker only: Linux adds the generation and what it can do. */
export function processor(): { name: string; cores: number } {
  const all = cpus();
  const model = all[0]?.model.trim() || Deno.build.arch;
  return { name: withGeneration(model, cpuInfo()), cores: all.length };
}

/**
 * A processor's name with its family, its model and its instruction sets, where `/proc/cpuinfo` has them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withGeneration } from "offprint/kit/bench/machine.ts";
 *
 * const info = "cpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC\nflags\t\t: fpu avx2 sse\n";
 * assertEquals(withGeneration("AMD EPYC", info), "AMD EPYC (family 25, model 1; AVX2)");
 * assertEquals(withGeneration("Apple M3", ""), "Apple M3");
 * ```
 */
export function withGeneration(model: string, cpuInfo: string): string {
  const field = (name: string) => new RegExp(`^${name}\\s*: *(.*)$`, "m").exec(cpuInfo)?.[1];
  const family = field("cpu family"), number = field("model");
  if (family === undefined || number === undefined) return model;
  const flags = new Set(field("flags")?.split(" "));
  const sets = Object.entries(SETS).filter(([flag]) => flags.has(flag)).map(([, name]) => name);
  const which = [
    `family ${family}, model ${number}`,
    ...(sets.length > 0 ? [sets.join(", ")] : []),
  ];
  return `${model} (${which.join("; ")})`;
}

function cpuInfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}
