/**
 * Truth tables of small circuits without state, drawn, and read from the drawing again.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { Simulation } from "../simulate/mod.ts";
import { attribute, escaped, readMarkup, textOf, within } from "./markup.ts";

/** Input bits of a circuit whose table is still readable. */
const MOST_TABLE_BITS = 6;

/** A table: columns of inputs, then of outputs, and a row for every value of the inputs, in binary. */
export interface TruthTable {
  inputs: string[];
  outputs: string[];
  rows: string[][];
}

/**
 * Lists all values of a simulated circuit.
 *
 * @throws {UserError} when it has more than {@linkcode MOST_TABLE_BITS} input bits, or state.
 */
export function truthTableOf(simulation: Simulation): TruthTable {
  const inputs = [...simulation.inputs];
  const bits = inputs.reduce((sum, [, nets]) => sum + nets.length, 0);
  if (bits > MOST_TABLE_BITS || simulation.timing.size > 0) {
    throw new UserError({
      what: "truth table",
      got: new Described(
        simulation.timing.size > 0 ? "a circuit with registers" : `${bits} input bits`,
      ),
      expected: `a circuit without state and at most ${MOST_TABLE_BITS} input bits`,
    });
  }
  const rows = Array.from({ length: 2 ** bits }, (_, value) => {
    let digits = value.toString(2).padStart(bits, "0");
    const row: string[] = [];
    for (const [, nets] of inputs) {
      const own = digits.slice(0, nets.length);
      digits = digits.slice(nets.length);
      row.push(own);
      nets.forEach((net, at) => simulation.setBit(net, own[nets.length - 1 - at] === "1" ? -1 : 0));
    }
    simulation.settle();
    for (const nets of simulation.outputs.values()) {
      row.push(
        nets.map((net) => simulation.unknown(net) & 1 ? "x" : String(simulation.value(net) & 1))
          .reverse().join(""),
      );
    }
    return row;
  });
  const label = ([name, nets]: [string, readonly number[]]) =>
    nets.length === 1 ? name : `${name}[${nets.length - 1}:0]`;
  return { inputs: inputs.map(label), outputs: [...simulation.outputs].map(label), rows };
}

const [ROW, MARGIN, CHARACTER] = [16, 12, 7.3];

/** Draws a table. @returns SVG. */
export function drawTruthTable({ inputs, outputs, rows }: TruthTable): string {
  const names = [...inputs, ...outputs];
  const widths = names.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => row[at]!.length)) * CHARACTER + 18
  );
  const left = widths.map((_, at) =>
    MARGIN + widths.slice(0, at).reduce((sum, width) => sum + width, 0)
  );
  const total = MARGIN * 2 + widths.reduce((sum, width) => sum + width, 0);
  const height = MARGIN * 2 + ROW * (rows.length + 1) + 6;
  const line = (cells: readonly string[], kind: string, y: number) =>
    `<g class="${kind}">${
      cells.map((cell, at) =>
        `<text x="${(left[at]! + widths[at]! / 2).toFixed(1)}" y="${y}" class="${
          at < inputs.length ? "in" : "out"
        }">${escaped(cell)}</text>`
      ).join("")
    }</g>`;
  const bar = left[inputs.length]!.toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${
    total.toFixed(0)
  }" height="${height}" class="offprint-truth-table">` +
    `<style>.offprint-truth-table text{font-family:"DejaVu Sans Mono",monospace;font-size:12px;text-anchor:middle}.offprint-truth-table line{stroke:#000}</style>` +
    `<rect width="100%" height="100%" fill="#fff"/>` +
    line(names, "names", MARGIN + 12) +
    `<line x1="${MARGIN}" x2="${(total - MARGIN).toFixed(1)}" y1="${MARGIN + 18}" y2="${
      MARGIN + 18
    }"/>` +
    `<line x1="${bar}" x2="${bar}" y1="${MARGIN}" y2="${height - MARGIN}"/>` +
    rows.map((row, at) => line(row, "row", MARGIN + 18 + ROW * (at + 1) - 2)).join("") + "</svg>";
}

/**
 * Reads a table from its drawing.
 *
 * @throws {UserError} for a drawing of another kind.
 */
export async function readTruthTable(svg: string): Promise<TruthTable> {
  const groups = [...within(await readMarkup(svg), "g")];
  const of = (kind: string) =>
    groups.filter((group) => attribute(group, "class") === kind).map((group) => [
      ...within(group, "text"),
    ]);
  const [names] = of("names");
  if (names === undefined) {
    throw new UserError({
      what: "truth table",
      got: new Described("a drawing without a row of names"),
      expected: "one that drawTruthTable made",
    });
  }
  const side = (kind: string) =>
    names.filter((text) => attribute(text, "class") === kind).map(textOf);
  return {
    inputs: side("in"),
    outputs: side("out"),
    rows: of("row").map((row) => row.map(textOf)),
  };
}
