/**
 * Test benches as data: steps that set inputs and expect outputs, counted. One bench runs in the
 * embedded simulator and, written out as Verilog, in any other.
 *
 * @module
 */
import { z } from "zod";

/** A number, or a Verilog literal such as `"4'b10x1"`. */
export type BenchValue = number | string;

/** Inputs are set in the order given, each before the next; then outputs are compared with `===`. */
export interface BenchStep {
  set: Record<string, BenchValue>;
  expect?: Record<string, BenchValue>;
}

/** A counted bench. Clocks and resets are ordinary inputs. */
export interface Bench {
  /** The module under test. */
  top: string;
  /** Bits of each input and output as the bench sees them; the design may disagree. */
  inputs: Record<string, number>;
  outputs: Record<string, number>;
  steps: BenchStep[];
}

const value = z.union([
  z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  z.string().regex(/^\d+'[bodh][0-9a-fxz_]+$/i),
]);
const width = z.number().int().min(1).max(4096);

/** Checks a bench read from JSON. */
export const benchSchema: z.ZodType<Bench> = z.strictObject({
  top: z.string(),
  inputs: z.record(z.string(), width),
  outputs: z.record(z.string(), width),
  steps: z.array(z.strictObject({
    set: z.record(z.string(), value),
    expect: z.record(z.string(), value).optional(),
  })),
}) as z.ZodType<Bench>;

/** Bits of a value, least significant first: `"0"`, `"1"`, `"x"` or `"z"`. */
export function bitsOf(value: BenchValue, width: number): string[] {
  let digits: string;
  if (typeof value === "number") digits = value.toString(2);
  else {
    const match = /^\d+'([bodhBODH])([0-9a-fA-FxXzZ_]+)$/.exec(value);
    if (match === null) {
      throw new RangeError(`bitsOf: got ${value}, expected a number or a literal such as 4'b10x1`);
    }
    const text = match[2]!.toLowerCase().replaceAll("_", "");
    const size = { b: 1, o: 3, d: 0, h: 4 }[match[1]!.toLowerCase()]!;
    digits = size === 0
      ? BigInt(text).toString(2)
      : [...text].map((digit) =>
        digit === "x" || digit === "z"
          ? digit.repeat(size)
          : parseInt(digit, 16).toString(2).padStart(size, "0")
      ).join("");
  }
  const bits = [...digits].reverse().slice(0, width);
  while (bits.length < width) bits.push("0");
  return bits;
}

/** How many comparisons a bench makes: every step that expects something counts once. */
export function benchTotal(bench: Bench): number {
  return bench.steps.filter(({ expect }) => expect !== undefined).length;
}

/** A value as a Verilog literal of the given width. */
function literal(value: BenchValue, width: number): string {
  return `${width}'b${bitsOf(value, width).reverse().join("")}`;
}

/**
 * The same bench as a Verilog test bench. It prints `TB_RESULT passed=… total=… held=…`, where `held` has
 * a digit for every comparison, and the same with `TIMEOUT` when a design keeps it from ending in simulated
 * time. With a `secret` (a word) the line begins with it, and so does the name of the bench: a design that
 * does not know it can neither print the line nor reach the counters.
 */
export function benchToVerilog(bench: Bench, secret = ""): string {
  const { top, inputs, outputs, steps } = bench;
  const range = (bits: number) => bits === 1 ? "" : `[${bits - 1}:0] `;
  const lines = [
    "`timescale 1ns/1ps",
    `module offprint_bench${secret === "" ? "" : `_${secret}`};`,
    "  integer passed, total;",
    `  reg [1:${Math.max(1, benchTotal(bench))}] held;`,
    ...Object.entries(inputs).map(([name, bits]) => `  reg ${range(bits)}${name};`),
    ...Object.entries(outputs).map(([name, bits]) => `  wire ${range(bits)}${name};`),
    `  ${top} dut (${
      [...Object.keys(inputs), ...Object.keys(outputs)].map((name) => `.${name}(${name})`).join(
        ", ",
      )
    });`,
    "  initial begin",
    "    passed = 0; total = 0; held = 0;",
  ];
  let duration = 10;
  for (const { set, expect } of steps) {
    const sets = Object.entries(set).map(([name, value]) =>
      `${name} = ${literal(value, inputs[name] ?? 1)}; #1;`
    );
    duration += Math.max(1, sets.length) + 1;
    if (sets.length > 0) lines.push(`    ${sets.join(" ")}`);
    else lines.push("    #1;");
    if (expect === undefined) continue;
    const same = Object.entries(expect).map(([name, value]) =>
      `${name} === ${literal(value, outputs[name] ?? 1)}`
    );
    lines.push(
      `    total = total + 1; if (${
        same.join(" && ") || "1"
      }) begin passed = passed + 1; held[total] = 1; end`,
    );
  }
  // A second block ends a design that keeps the first from ending, at twice the time that the steps take.
  const line = `${secret}TB_RESULT passed=%0d total=%0d held=%b`;
  lines.push(
    `    $display("${line}", passed, total, held);`,
    "    $finish;",
    "  end",
    `  initial begin #${
      2 * duration
    }; $display("${line} TIMEOUT", passed, total, held); $finish; end`,
    "endmodule",
    "",
  );
  return lines.join("\n");
}

/** Reads the counted line of a bench's output; nothing when there is none, or it timed out. */
export function benchResult(
  output: string,
  secret = "",
): { passed: number; total: number; held?: boolean[] } | undefined {
  const line = new RegExp(
    `^${secret}TB_RESULT passed=(\\d+) total=(\\d+)(?: held=([01]+))?\\s*$`,
    "m",
  );
  const match = line.exec(output);
  if (match === null) return undefined;
  const [passed, total] = [Number(match[1]), Number(match[2])];
  if (match[3] === undefined) return { passed, total };
  return { passed, total, held: [...match[3]].slice(0, total).map((digit) => digit === "1") };
}
