/**
 * The `verilog` suite: the text pipeline, the mutants with their tools, and the embedded simulator, each
 * against what it replaces.
 *
 * @module
 */
import {
  generateDesigns,
  SATURATING_COUNTER,
  saturatingCounterBench,
} from "offprint/verilog/designs/mod.ts";
import { readModules } from "offprint/verilog/language/mod.ts";
import {
  behaviourOf,
  classify,
  mutate,
  observe,
  type Tools,
} from "offprint/verilog/mutants/mod.ts";
import { describe } from "offprint/verilog/prose/mod.ts";
import { benchToVerilog, runSteps, simulationOf } from "offprint/verilog/simulate/mod.ts";
import { findIcarus, findVerilator, YosysPool } from "offprint/verilog/tools/mod.ts";
import {
  type BenchResult,
  type BenchRow,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";
import { harnessRows } from "./verilog/harness_rows.ts";
import { pictureRows } from "./verilog/picture_rows.ts";
import { pipelineMemory } from "./verilog/pipeline_memory.ts";

const SEED = 1;
const REPETITIONS = 3;

/** Runs the suite: about four minutes on two cores. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const rows: BenchRow[] = [];
  progress("verilog: reading and describing");
  rows.push(await describeRow());
  await using two = new YosysPool({ processes: 2 });
  await using one = new YosysPool({ processes: 1 });
  progress("verilog: mutants with Yosys");
  rows.push(await mutantRow(two, one));
  progress("verilog: mutants classified whole");
  rows.push(await classifyRow("embedded tools", { yosys: two }, 150));
  const [icarus, verilator] = [await findIcarus(), await findVerilator()];
  if (icarus === undefined || verilator === undefined) {
    progress("verilog: skipped, classified with Icarus and Verilator: not both are installed");
  } else {
    rows.push(await classifyRow("Icarus and Verilator too", { yosys: two, icarus, verilator }, 10));
  }
  progress("verilog: ten thousand modules");
  rows.push(...await memoryRows());
  progress("verilog: the golden bench");
  rows.push(...await simulatorRows(one));
  progress("verilog: pictures of the units of paper 06");
  rows.push(...await pictureRows());
  progress("verilog: answers to the units of paper 06");
  rows.push(...await harnessRows());
  return { rows };
}

/** A file read and described, against the target of a thousand a second. */
async function describeRow(): Promise<BenchRow> {
  const texts = await Array.fromAsync(generateDesigns(SEED, 400), ({ text }) => text);
  const { described } = await interleaved({
    described: async () => {
      for (const text of texts) for (const module of await readModules(text)) describe(module);
    },
  }, REPETITIONS);
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
  const texts = await Array.fromAsync(generateDesigns(SEED, 10), ({ text }) => text);
  const all = async (yosys: YosysPool): Promise<number> => {
    const counts = await Promise.all(texts.map(async (file) => {
      const mutants = await mutate(file, { seed: SEED, count: 10 });
      await Promise.all(mutants.map(({ text }) => observe(text, { yosys })));
      return mutants.length;
    }));
    return counts.reduce((sum, one) => sum + one, 0);
  };
  const count = await all(two);
  const seconds = await interleaved({ two: () => all(two), one: () => all(one) }, REPETITIONS);
  return lessIsBetter({
    name: "draw a mutant, parse it and show it to Yosys",
    shape: `${count} mutants, two processes`,
    ours: 1000 * seconds.two / count,
    peer: 1000 * seconds.one / count,
    peerName: "one process",
    unit: "ms",
  });
}

/** The whole way to a class: tools, then random inputs or a proof for what they accept; the goal is in mutants a second. */
async function classifyRow(judges: string, tools: Tools, goal: number): Promise<BenchRow> {
  const drawn = await Promise.all(
    (await Array.fromAsync(generateDesigns(SEED, 24), ({ text }) => text))
      .map(async (text) => ({ text, mutants: await mutate(text, { seed: SEED, count: 5 }) })),
  );
  const count = drawn.reduce((sum, { mutants }) => sum + mutants.length, 0);
  const { classified } = await interleaved({
    // Three files at a time, as the pipeline does it.
    classified: async () => {
      const left = drawn.values();
      const worker = async () => {
        for (const { text, mutants } of left) {
          const compare = behaviourOf(text, tools.yosys);
          await Promise.all(mutants.map((mutant) => classify(text, mutant, tools, { compare })));
        }
      };
      await Promise.all([worker(), worker(), worker()]);
    },
  }, REPETITIONS);
  return lessIsBetter({
    name: `classify a mutant, equivalence or stimulus included (${judges})`,
    shape: `${count} mutants of ${drawn.length} files, two processes`,
    ours: 1000 * classified / count,
    peer: 1000 / goal,
    peerName: `the goal of ${goal} mutants/s`,
    unit: "ms",
  });
}

/** Live heap and resident memory of the pipeline, late in a run against early in it. */
async function memoryRows(): Promise<BenchRow[]> {
  const { early, late } = await pipelineMemory(2_000, 10_000);
  const row = (name: string, key: "heap" | "resident") =>
    lessIsBetter({
      name,
      shape: `after ${late.modules} generated files, flows completion and prose`,
      ours: late[key] / 1e6,
      peer: early[key] / 1e6,
      peerName: `the same run after ${early.modules}`,
      unit: "MB",
    });
  return [row("live heap of augment", "heap"), row("resident memory of augment", "resident")];
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
  }, REPETITIONS);
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
  const golden = await simulationOf(SATURATING_COUNTER, "sat_cnt", yosys);
  if ("refused" in golden) throw new Error(golden.refused);
  const files = { "d.v": SATURATING_COUNTER, "bench.v": benchToVerilog(bench) };
  const seconds = await interleaved({
    ours: async () =>
      runSteps((await simulationOf(SATURATING_COUNTER, "sat_cnt", yosys)) as typeof golden, bench),
    icarus: () => icarus.simulate(files),
  }, REPETITIONS);
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
