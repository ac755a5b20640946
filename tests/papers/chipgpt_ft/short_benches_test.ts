import { assertEquals } from "@std/assert";
import { cutBench, noticedBy, notices } from "offprint/papers/chipgpt_ft/mod.ts";
import { SATURATING_COUNTER, saturatingCounterBench } from "offprint/verilog/designs/mod.ts";
import { benchTotal, Simulation, simulationOf } from "offprint/verilog/simulate/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";

Deno.test("a bench is cut after its first comparisons", () => {
  const bench = saturatingCounterBench();
  assertEquals(benchTotal(cutBench(bench, 3)), 3);
  assertEquals(cutBench(bench, 0).steps, []);
  assertEquals(cutBench(bench, 1000).steps, bench.steps);
});

Deno.test("a longer bench notices what a shorter one does not", async () => {
  await using yosys = new YosysPool();
  const down = SATURATING_COUNTER.replace("cnt + 1", "cnt - 1");
  const simulation = await simulationOf(down, "sat_cnt", yosys);
  if (!(simulation instanceof Simulation)) throw new Error(simulation.refused);
  const bench = saturatingCounterBench();
  const noticed = [1, benchTotal(bench)].map((count) =>
    notices(simulation, cutBench(bench, count))
  );
  assertEquals(noticed, [false, true]);
  const original = await simulationOf(SATURATING_COUNTER, "sat_cnt", yosys);
  if (!(original instanceof Simulation)) throw new Error(original.refused);
  const both = [{ simulation, bench }, { simulation: original, bench }];
  assertEquals(noticedBy(both, 1), { silent: 2, noticed: 0, percent: 0 });
  assertEquals(noticedBy(both, benchTotal(bench)), { silent: 2, noticed: 1, percent: 50 });
});
