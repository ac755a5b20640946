import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { readUnits } from "offprint/papers/chipgptv/units/mod.ts";
import { anonymised, parseGraph } from "offprint/verilog/diagrams/mod.ts";
import {
  drawBlockDiagram,
  drawStateDiagram,
  drawTruthTable,
  drawWaveform,
  pngOf,
  readBlockDiagram,
  readStateDiagram,
  readTruthTable,
  readWaveform,
  truthTableOf,
  waveOf,
} from "offprint/verilog/pictures/mod.ts";
import { simulationOf } from "offprint/verilog/simulate/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";

/** Small units of every kind, parts of pins, numbers and symbols among them. */
const UNITS = await readUnits([
  "alu",
  "adder_16bit_csa",
  "edge_detect",
  "mux",
  "macpe",
  "fsm",
  "4state_fsm",
]);

async function readable(svg: string, labels: readonly string[], name: string) {
  const png = await pngOf(svg, 1);
  assertEquals(String.fromCharCode(...png.bytes.slice(1, 4)), "PNG");
  assert(png.dark > 0.005, `${name}: ${png.dark} of the pixels are dark`);
  for (const label of labels) assert(svg.includes(`>${label}`), `${name} lacks ${label}`);
}

Deno.test("a block diagram or schematic, read from its drawing, is the graph", async () => {
  for (const { name, graph } of UNITS) {
    if (graph === undefined) continue;
    const svg = await drawBlockDiagram(graph);
    assertEquals(await readBlockDiagram(svg), graph, name);
    await readable(svg, graph.ports.map((port) => port.name), name);
  }
});

Deno.test("two layouts of one graph are one graph, and so is its drawing without names", async () => {
  const { graph, fsm } = { ...UNITS.find(({ name }) => name === "alu")!, fsm: UNITS.at(-1)!.fsm! };
  const order = graph!.nodes.map(({ id }) => id).reverse();
  const [one, other] = [await drawBlockDiagram(graph!), await drawBlockDiagram(graph!, { order })];
  assert(one !== other);
  assertEquals(await readBlockDiagram(other), graph);
  const turned = await drawStateDiagram(fsm, { order: [...fsm.states].reverse() });
  assert(turned !== await drawStateDiagram(fsm));
  assertEquals(await readStateDiagram(turned), fsm);
  const hidden = anonymised({ graph: graph! });
  assertEquals(await readBlockDiagram(await drawBlockDiagram(hidden.graph!)), hidden.graph);
});

Deno.test("bits are labelled as declared, from the highest to the lowest", async () => {
  const text = "top t\nport input a [8]\nport output q [8]\nnode u m\n" +
    "$const.4'b0011 -> u.k [4]\n$port.a[11:8] -> u.x [4]\n$port.a[7:4] -> u.y [4]\nu.z -> $port.q [8]\n";
  const svg = await drawBlockDiagram(parseGraph(text));
  assertEquals(await readBlockDiagram(svg), parseGraph(text));
  for (const label of ["a[11:4]", "11:8", "7:4", "4'b0011"]) {
    assert(svg.includes(`>${label}<`), label);
  }
});

Deno.test("a state diagram, read from its drawing, is the machine", async () => {
  for (const { name, fsm } of UNITS) {
    if (fsm === undefined) continue;
    const svg = await drawStateDiagram(fsm);
    assertEquals(await readStateDiagram(svg), fsm, name);
    await readable(svg, fsm.states, name);
  }
});

Deno.test("waveforms and truth tables come from simulations and are read again", async () => {
  await using yosys = new YosysPool();
  const simulated = async (name: string) => {
    const unit = UNITS.find((unit) => unit.name === name)!;
    const simulation = await simulationOf(unit.reference, unit.top, yosys);
    if ("refused" in simulation) throw new Error(simulation.refused);
    return { unit, simulation };
  };
  const { unit, simulation } = await simulated("macpe");
  const wave = waveOf(simulation, unit.bench, { clock: "clk", clocks: 8 });
  assertEquals(wave.signals.map(({ values }) => values.length), [8, 8, 8, 8, 8]);
  const [sums, a, b, en] = ["acc", "a", "b", "en"].map((port) =>
    wave.signals.find(({ name }) => name === port)!.values.map((value) => parseInt(value, 16))
  );
  for (let at = 1; at < 8; at++) {
    assertEquals(sums![at], (sums![at - 1]! + en![at]! * a![at]! * b![at]!) % 65536);
  }
  const svg = await drawWaveform(wave);
  assertEquals(await readWaveform(svg), wave);
  await readable(svg, ["clk", "acc"], "macpe");

  const mux = await simulated("mux");
  const table = truthTableOf(mux.simulation);
  assertEquals(table.rows.length, 64);
  for (const [sel, d, y] of table.rows) {
    assertEquals(Number(y), (parseInt(d!, 2) >> parseInt(sel!, 2)) & 1);
  }
  const drawn = drawTruthTable(table);
  assertEquals(await readTruthTable(drawn), table);
  await readable(drawn, table.inputs, "mux");
  assertThrows(() => truthTableOf(simulation), UserError, "got a circuit with registers");
});

Deno.test("a drawing of another kind is refused in one line", async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>';
  for (const read of [readBlockDiagram, readStateDiagram, readWaveform, readTruthTable]) {
    const error = await assertRejects(() => read(svg), UserError);
    assert(/^[a-z ]+: got a drawing without .*, expected one that draw/.test(error.message));
  }
});

Deno.test("the styles of a drawing hold for it alone, so that a page can hold it beside others", async () => {
  const svg = await drawBlockDiagram(
    parseGraph("top t\nport input a [1]\nport output q [1]\n$port.a -> $port.q [1]\n"),
  );
  const rules = /<style>([^]*?)<\/style>/.exec(svg)![1]!.split("}").map((rule) => rule.trim());
  const mark = /<svg[^>]*class="([\w-]+)"/.exec(svg)![1]!;
  for (const rule of rules.filter((each) => each !== "")) assert(rule.startsWith(`.${mark}`), rule);
});
