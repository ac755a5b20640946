/**
 * Waveforms: what a simulation of a design shows, drawn by WaveDrom, and read from the drawing again.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { type Bench, bitsOf, type Simulation } from "../simulate/mod.ts";
import { attribute, elements, moved, readMarkup, textOf, within } from "./markup.ts";
import { loadOnml, loadWavedrom } from "./packages.ts";

/** A signal over time: a value for each clock, in binary when it has one bit and in hexadecimal otherwise. */
export interface WaveSignal {
  name: string;
  width: number;
  values: string[];
}

/** Signals over the same clocks; a clock is drawn as such and has no values. */
export interface Wave {
  clock?: string;
  signals: WaveSignal[];
}

/**
 * Runs the beginning of a bench and looks at every port at every active edge: inputs as they are set, outputs as they
 * stand just after the edge. Values come from the simulation and not from the bench's expectations.
 */
export function waveOf(
  simulation: Simulation,
  bench: Bench,
  { clock, clocks = 12 }: { clock?: string; clocks?: number } = {},
): Wave {
  const ports = [...Object.keys(bench.inputs), ...Object.keys(bench.outputs)]
    .filter((name) => name !== clock);
  const values = new Map(ports.map((name) => [name, [] as string[]]));
  simulation.reset();
  for (const { set, expect } of bench.steps) {
    for (const [name, value] of Object.entries(set)) {
      const bits = bitsOf(value, bench.inputs[name]!);
      if (simulation.timing.has(name)) simulation.settle();
      simulation.inputs.get(name)!.forEach((net, at) =>
        simulation.setBit(net, bits[at] === "1" ? -1 : 0)
      );
      if (simulation.timing.has(name)) simulation.settle();
    }
    simulation.settle();
    if (expect === undefined || (clock !== undefined && set[clock] !== 1)) continue;
    for (const name of ports) {
      const nets = simulation.inputs.get(name) ?? simulation.outputs.get(name)!;
      const bits = nets.map((net) =>
        simulation.unknown(net) & 1 ? "x" : String(simulation.value(net) & 1)
      ).reverse().join("");
      values.get(name)!.push(valueText(bits));
    }
    if (values.get(ports[0]!)!.length === clocks) break;
  }
  const width = (name: string) => bench.inputs[name] ?? bench.outputs[name]!;
  return {
    ...(clock === undefined ? {} : { clock }),
    signals: ports.map((name) => ({ name, width: width(name), values: values.get(name)! })),
  };
}

function valueText(bits: string): string {
  if (bits.includes("x")) return "x";
  return bits.length === 1 ? bits : BigInt(`0b${bits}`).toString(16);
}

/** The same as WaveJSON, the format of WaveDrom. */
export function waveJson({ clock, signals }: Wave): {
  signal: { name: string; wave: string; data?: string[] }[];
} {
  const lane = ({ name, width, values }: WaveSignal) => {
    const label = width === 1 ? name : `${name}[${width - 1}:0]`;
    const changes = values.map((value, at) => at === 0 || value !== values[at - 1]);
    const symbol = (value: string) => width === 1 || value === "x" ? value : "=";
    return {
      name: label,
      wave: values.map((value, at) => changes[at] ? symbol(value) : ".").join(""),
      ...(width === 1 ? {} : { data: values.filter((value, at) => changes[at] && value !== "x") }),
    };
  };
  const length = signals[0]?.values.length ?? 0;
  return {
    signal: [
      ...(clock === undefined ? [] : [{ name: clock, wave: `p${".".repeat(length - 1)}` }]),
      ...signals.map(lane),
    ],
  };
}

/**
 * Draws a waveform; {@linkcode readWaveform} gets it back.
 *
 * @returns SVG.
 */
export async function drawWaveform(wave: Wave): Promise<string> {
  const { renderAny, waveSkin } = await loadWavedrom();
  const widest = Math.max(
    1,
    ...wave.signals.flatMap(({ width, values }) =>
      width === 1 ? [] : values.map(({ length }) => length)
    ),
  );
  const source = { ...waveJson(wave), config: { hscale: widest > 4 ? 2 : 1 } };
  const svg = (await loadOnml()).stringify(renderAny(0, source, waveSkin));
  return withRoomForLabels(svg, source.signal.map(({ name }) => name));
}

/** Width of a character of the labels, in drawing units. */
const CHARACTER = 8.9;

/** WaveDrom measures labels in another font, so that long ones would begin left of the drawing. */
function withRoomForLabels(svg: string, labels: readonly string[]): string {
  const lanes = /<g transform="translate\(([\d.]+),[^>]*id="lanes_0"/.exec(svg);
  const longest = Math.max(...labels.map(({ length }) => length)) * CHARACTER + 16;
  const more = Math.ceil(Math.max(0, longest - Number(lanes?.[1] ?? 0)));
  return svg.replace(
    / width="([\d.]+)" viewBox="0 0 [\d.]+ ([\d.]+)"/,
    (_, width, height) =>
      ` width="${Number(width) + more}" viewBox="${-more} 0 ${Number(width) + more} ${height}"`,
  );
}

/** Half the width of a clock, in drawing units, at scale 1. */
const HALF = 20;

/**
 * Reads a waveform from its drawing: the shapes of each lane, and the values written into buses.
 *
 * @throws {UserError} for a drawing of another kind.
 */
export async function readWaveform(svg: string): Promise<Wave> {
  const root = await readMarkup(svg);
  const groups = [...within(root, "g")];
  const lanes = groups.filter((group) => /^wavelane_\d+_0$/.test(attribute(group, "id") ?? ""));
  const marks = [...within(root, "line")].filter((line) =>
    attribute(line, "id")?.startsWith("gmark_")
  );
  if (lanes.length === 0 || marks.length < 2) {
    throw new UserError({
      what: "waveform",
      got: new Described("a drawing without lanes"),
      expected: "one that drawWaveform made",
    });
  }
  const clockWidth = Number(attribute(marks[1]!, "x1")) - Number(attribute(marks[0]!, "x1"));
  const clocks = marks.length - 1;
  const wave: Wave = { signals: [] };
  for (const lane of lanes) {
    const label = textOf(elements(lane, "text")[0]!);
    const draw = elements(lane, "g")[0]!;
    const shapes = elements(draw, "use").map((use) => ({
      x: moved(use)[0],
      shape: attribute(use, "xlink:href")!.slice(1),
    }));
    if (/^[pn]clk$/i.test(shapes[0]!.shape)) {
      wave.clock = label;
      continue;
    }
    const [, name, high] = /^(.*?)(?:\[(\d+):0\])?$/.exec(label)!;
    const width = high === undefined ? 1 : Number(high) + 1;
    const texts = elements(draw, "text").map(textOf);
    let used = 0;
    let bus = "";
    const values = Array.from({ length: clocks }, (_, at) => {
      // The second half of a clock shows its value; the first may still show the way there.
      const start = shapes.find(({ x }) => x === at * clockWidth)!.shape;
      const last = shapes.findLast(({ x }) => x < (at + 1) * clockWidth)!.shape;
      if (/^x/.test(last)) return "x";
      if (width === 1) return /^1/.test(last) ? "1" : "0";
      if (at === 0 || start.includes("m")) bus = texts[used++]!;
      return bus;
    });
    wave.signals.push({ name: name!, width, values });
  }
  if (clockWidth % (2 * HALF) !== 0) throw new RangeError(`readWaveform: clocks of ${clockWidth}`);
  return wave;
}
