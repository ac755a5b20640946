/**
 * What a problem's own bench is worth.
 *
 * @module
 */
import { lex } from "../tokens/lex.ts";
import type { Problem } from "./problem.ts";
import { headerOf } from "./problem.ts";

/** What was found. */
export interface Audit {
  name: string;
  /** The reference passes. */
  sound: boolean;
  /** Why not, in a line. */
  reason?: string;
  /**
   * Modules with the same ports whose outputs are always 0, and always 1, pass both: the bench sees nothing.
   * (A right answer may be one of the two.)
   */
  vacuous: boolean;
}

/** Tries the reference, and modules that drive constants. Problems that fail this should not be counted. */
export async function auditProblem({ name, reference, judge }: Problem): Promise<Audit> {
  const { passes: sound, reason } = await judge(reference);
  if (!sound) return { name, sound, reason: reason ?? "without a reason", vacuous: false };
  for (const bit of ["0", "1"] as const) {
    const constant = constantModule(reference, bit);
    if (constant === undefined || !(await judge(constant)).passes) {
      return { name, sound, vacuous: false };
    }
  }
  return { name, sound, vacuous: true };
}

/**
 * The first module of a reference with every output driven by zeros, or by ones; nothing where it has no
 * outputs. Ports may be declared in the header or behind it.
 */
export function constantModule(reference: string, bit: "0" | "1"): string | undefined {
  const header = headerOf(reference);
  if (header === "") return undefined;
  const inHeader = portsOf(header);
  const rest = reference.slice(reference.indexOf(header) + header.length);
  const body = inHeader.length > 0 ? [] : portsOf(rest.slice(0, endOf(rest)));
  const outputs = [...inHeader, ...body].filter(({ direction }) => direction === "output");
  if (outputs.length === 0) return undefined;
  const plain = header.replace(/\boutput(\s+)(?:reg|logic)\b/g, "output$1wire");
  const parameters = body.length === 0 ? [] : parametersOf(rest.slice(0, endOf(rest)));
  const value = bit === "0" ? "0" : "~0";
  return [
    plain,
    ...parameters,
    ...body.map(({ direction, range, name }) => `${direction} ${range} ${name};`),
    ...outputs.map(({ name }) => `assign ${name} = ${value};`),
    "endmodule",
    "",
  ].join("\n");
}

interface Port {
  direction: string;
  /** `signed [3:0]`, or nothing. */
  range: string;
  name: string;
}

/** Every port of declarations such as `output cout, sum` or `output reg [3:0] a, b;`. */
function portsOf(text: string): Port[] {
  const tokens = lex(text);
  const ports: Port[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const direction = tokens[at]!.text;
    if (tokens[at]!.kind !== "keyword" || !/^(?:input|output|inout)$/.test(direction)) continue;
    let range = "";
    for (at++; at < tokens.length; at++) {
      const { text: word, kind } = tokens[at]!;
      if (word === ";" || word === ")") break;
      if (kind === "keyword" && /^(?:input|output|inout)$/.test(word)) {
        at--;
        break;
      }
      if (word === "signed") range += "signed ";
      else if (word === "[") {
        const from = at;
        while (at < tokens.length && tokens[at]!.text !== "]") at++;
        range += text.slice(tokens[from]!.start, tokens[at]?.end ?? text.length);
      } else if (word === "=") {
        while (at + 1 < tokens.length && !/^[,;)]$/.test(tokens[at + 1]!.text)) at++;
      } else if (kind === "identifier") ports.push({ direction, range, name: word });
    }
  }
  return ports;
}

/** Parameters that ranges may speak of. */
function parametersOf(text: string): string[] {
  return [...text.matchAll(/\b(?:parameter|localparam)\b[^;]*;/g)].map(([declaration]) =>
    declaration
  );
}

function endOf(text: string): number {
  const end = lex(text).find(({ kind, text }) => kind === "keyword" && text === "endmodule");
  return end?.start ?? text.length;
}
