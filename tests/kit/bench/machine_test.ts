import { assertEquals, assertMatch } from "@std/assert";
import { machineName, withGeneration } from "offprint/kit/bench/machine.ts";

const lines = (...of: string[]) => of.join("\n");

Deno.test("a processor's name has its generation and instruction sets where the system tells them", () => {
  const info = lines(
    "processor\t: 0",
    "cpu family\t: 26",
    "model\t\t: 2",
    "model name\t: AMD EPYC",
    "flags\t\t: fpu avx2 avx_vnni avx512_vnni",
  );
  const sets = "AVX2, AVX-VNNI, AVX-512-VNNI";
  assertEquals(withGeneration("AMD EPYC", info), `AMD EPYC (family 26, model 2; ${sets})`);
  const old = lines("cpu family : 6", "model : 42", "flags : fpu sse avx2x");
  assertEquals(withGeneration("Intel", old), "Intel (family 6, model 42)");
  assertEquals(withGeneration("Apple M3", ""), "Apple M3");
  assertEquals(withGeneration("Neoverse", "CPU implementer\t: 0x41\n"), "Neoverse");
});

Deno.test("the machine's line has cores, system and Deno's version", () => {
  assertMatch(machineName(), /, \d+ cores, \w+, Deno \d+\.\d+\.\d+/);
});
