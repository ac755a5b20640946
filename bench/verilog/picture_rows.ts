/**
 * The pictures of paper 06's units: all of them against a minute, and block diagrams beside netlistsvg alone.
 *
 * @module
 */
import { createRequire } from "node:module";
import { type BenchRow, interleaved, lessIsBetter } from "offprint/kit/bench/report.ts";
import { picturesOf, readUnits } from "offprint/papers/chipgptv/units/mod.ts";
import { elaborate } from "offprint/verilog/diagrams/mod.ts";
import { drawBlockDiagram, loadNetlistsvg, pngOf } from "offprint/verilog/pictures/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";

const REPETITIONS = 3;

/** Seconds for all pictures, and the block diagrams' time as a ratio: all together, and the worst one. */
export async function pictureRows(): Promise<BenchRow[]> {
  await using yosys = new YosysPool();
  const units = await readUnits();
  let pictures = 0;
  const { all } = await interleaved({
    all: async () => {
      pictures = 0;
      for (const unit of units) {
        for (const { svg } of await picturesOf(unit, yosys)) {
          await pngOf(svg);
          pictures++;
        }
      }
    },
  }, 1);
  const { render } = await loadNetlistsvg();
  const skin = await Deno.readTextFile(
    createRequire(import.meta.url).resolve("netlistsvg/lib/default.svg"),
  );
  const [sum, alone] = [[] as number[], [] as number[]];
  for (const { graph, reference, top, pictures: [kind] } of units) {
    if (graph === undefined) continue;
    const { modules } = await elaborate(
      reference,
      top,
      yosys,
      kind === "schematic" ? "cells" : "blocks",
    );
    const netlist = JSON.stringify({ modules: { [top]: modules[top] } });
    const { ours, peer } = await interleaved({
      ours: async () => void await drawBlockDiagram(graph),
      // It changes the netlist that it is given.
      peer: async () => void await render(skin, JSON.parse(netlist)),
    }, REPETITIONS);
    sum.push(ours);
    alone.push(peer);
  }
  const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const worst = sum.map((value, at) => value / alone[at]!).reduce(
    (best, ratio, at, ratios) => ratio > ratios[best]! ? at : best,
    0,
  );
  const row = (name: string, shape: string, ours: number, peer: number) =>
    lessIsBetter({
      name,
      shape,
      ours: 1000 * ours,
      peer: 1000 * peer,
      peerName: "netlistsvg with its own skin, in the same process",
      unit: "ms",
    });
  return [
    lessIsBetter({
      name: "draw all units, SVG and PNG",
      shape: `${pictures} pictures of ${units.length} units, simulations included`,
      ours: all,
      peer: 60,
      peerName: "the goal of a minute",
      unit: "s",
    }),
    row("draw block diagrams", `${sum.length} units`, total(sum), total(alone)),
    row("draw a block diagram, the worst against its peer", "one unit", sum[worst]!, alone[worst]!),
  ];
}
