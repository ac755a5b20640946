/**
 * The `verilog` suite: the text pipeline, the mutants with their tools, and the embedded simulator, each
 * against what it replaces.
 *
 * @module
 */
import {
  benchToVerilog,
  describe,
  findIcarus,
  generateDesigns,
  mutate,
  observe,
  readModules,
  runSteps,
  saturatingCounter,
  saturatingCounterBench,
  simulationOf,
  YosysPool,
} from "offprint/verilog/mod.ts";
import {
  type BenchReport,
  type BenchRow,
  interleaved,
  lessIsBetter,
  machineName,
} from "offprint/kit/bench/report.ts";

const seed = 1;
const repetitions = 3;

/** Runs the suite: about a minute on two cores. */
export async function runBench(progress: (line: string) => void): Promise<BenchReport> {
  const rows: BenchRow[] = [];
  progress("verilog: reading and describing");
  rows.push(await describeRow());
  await using two = new YosysPool({ processes: 2 });
  await using one = new YosysPool({ processes: 1 });
  progress("verilog: mutants with Yosys");
  rows.push(await mutantRow(two, one));
  progress("verilog: the golden bench");
  rows.push(...await simulatorRows(one));
  return { suite: "verilog", machine: machineName(), rows };
}

/** A file read and described, against the target of a thousand a second. */
async function describeRow(): Promise<BenchRow> {
  const texts = await Array.fromAsync(generateDesigns(seed, 400), ({ text }) => text);
  const { described } = await interleaved({
    described: async () => {
      for (const text of texts) for (const module of await readModules(text)) describe(module);
    },
  }, repetitions);
  return lessIsBetter({
    name: "read and describe a file",
    shape: `${texts.length} generated files`,
    ours: 1e6 * described / texts.length,
    peer: 1000,
    peerName: "the goal of 1000 files/s",
    unit: "µs",
  });
}

/** Mutants drawn, parsed and shown to Yosys: two processes against one. */
async function mutantRow(two: YosysPool, one: YosysPool): Promise<BenchRow> {
  const mutants: string[] = [];
  for await (const { text } of generateDesigns(seed, 10)) {
    for (const mutant of await mutate(text, { seed, count: 10 })) mutants.push(mutant.text);
  }
  const all = (yosys: YosysPool) => Promise.all(mutants.map((text) => observe(text, { yosys })));
  const seconds = await interleaved({ two: () => all(two), one: () => all(one) }, repetitions);
  return lessIsBetter({
    name: "parse a mutant and show it to Yosys",
    shape: `${mutants.length} mutants, two processes`,
    ours: 1000 * seconds.two / mutants.length,
    peer: 1000 * seconds.one / mutants.length,
    peerName: "one process",
    unit: "ms",
  });
}

/** The golden bench: steps in the embedded simulator and in Icarus, compile and start included there. */
async function simulatorRows(yosys: YosysPool): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const counter = await simulationOf(
    "module c(input clk, input r, output reg [15:0] q); always @(posedge clk) if (r) q <= 0; else q <= q + 1; endmodule",
    "c",
    yosys,
  );
  if ("refused" in counter) throw new Error(counter.refused);
  const cycles = 200_000;
  const [clk, reset] = ["clk", "r"].map((name) => counter.inputs.get(name)![0]!);
  counter.setBit(reset!, 0);
  const { clocked } = await interleaved({
    clocked: () => {
      for (let at = 0; at < cycles; at++) {
        counter.setBit(clk!, -1);
        counter.settle();
        counter.setBit(clk!, 0);
        counter.settle();
      }
    },
  }, repetitions);
  rows.push(lessIsBetter({
    name: "one cycle of a 16-bit counter, per lane",
    shape: `${cycles} cycles, 32 lanes at once`,
    ours: 1e6 * clocked / cycles,
    peer: 1e6 / 300_000,
    peerName: "the goal of 300 000 cycles/s in one lane",
    unit: "µs",
  }));
  const icarus = await findIcarus();
  if (icarus === undefined) return rows;
  const bench = saturatingCounterBench();
  const golden = await simulationOf(saturatingCounter, "sat_cnt", yosys);
  if ("refused" in golden) throw new Error(golden.refused);
  const files = { "d.v": saturatingCounter, "bench.v": benchToVerilog(bench) };
  const seconds = await interleaved({
    ours: async () =>
      runSteps((await simulationOf(saturatingCounter, "sat_cnt", yosys)) as typeof golden, bench),
    icarus: () => icarus.simulate(files),
  }, repetitions);
  rows.push(lessIsBetter({
    name: "grade the golden module, from text to count",
    shape: "23 comparisons",
    ours: 1000 * seconds.ours,
    peer: 1000 * seconds.icarus,
    peerName: icarus.version,
    unit: "ms",
  }));
  return rows;
}
