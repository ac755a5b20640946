/**
 * Where code is in an answer: between fences, or in the middle of prose.
 *
 * @module
 */
import { lex } from "../tokens/lex.ts";

const OPENS = /^\s*(?:(?:[-*+]|\d+[.)])\s+)?.*?(`{3,}|~{3,})(.*)$/;

/** Words after a fence that name a language that can hold Verilog. */
const VERILOG = /^(?:verilog|systemverilog|sv|v|vh|svh|hdl|plaintext|text|txt|code)?$/i;

/** What a line of Verilog can begin with, where it is behind a fence on the same line. */
const CODE = /^(?:(?:macro)?module\b|package\b|`[a-z]|\/\/|\/\*|\(\*)/;

/**
 * The texts between fences that may be Verilog, in order. A fence may open behind words and close behind code, and
 * code may stand on its line; the last may lack its end.
 */
export function fencedBlocks(text: string): string[] {
  const blocks: string[] = [];
  let open: { mark: string; lines: string[]; verilog: boolean } | undefined;
  const close = (): void => {
    if (open?.verilog && open.lines.join("").trim() !== "") blocks.push(open.lines.join("\n"));
    open = undefined;
  };
  for (const line of text.split("\n")) {
    if (open === undefined) {
      const found = OPENS.exec(line);
      if (found === null) continue;
      const [, mark = "", rest = ""] = found;
      const end = rest.lastIndexOf(mark);
      const inside = (end < 0 ? rest : rest.slice(0, end)).trim();
      const word = /^[^\s`(/]*/.exec(inside)![0];
      const behind = inside.slice(word.length).trim();
      const code = CODE.test(inside) ? inside : CODE.test(behind) ? behind : "";
      open = {
        mark,
        lines: code === "" ? [] : [code],
        verilog: VERILOG.test(word) || code === inside || /\.s?vh?$/i.test(word),
      };
      if (end >= 0) close();
      continue;
    }
    const at = line.indexOf(open.mark);
    // A closing fence stands alone, or behind the last line of code.
    if (at < 0 || line.slice(at).trim().replaceAll(open.mark[0]!, "") !== "") {
      open.lines.push(line);
      continue;
    }
    if (line.slice(0, at).trim() !== "") open.lines.push(line.slice(0, at));
    close();
  }
  close();
  return blocks;
}

/** Beginnings of Verilog that prose does not have, with the keyword that ends each; "" where its line does. */
const BEGINS: [RegExp, string][] = [
  [
    /^\s*(?:\(\*.*\*\)\s*)?(?:macro)?module\s+(?:automatic\s+|static\s+)?[\\A-Za-z_][^\s#(;]*\s*(?:[#(;]|import\b|$)/,
    "endmodule",
  ],
  [/^\s*package\s+(?:automatic\s+)?\w+\s*;/, "endpackage"],
  [/^\s*interface\s+\w+\s*(?:[#(;]|$)/, "endinterface"],
  [/^\s*primitive\s+\w+\s*\(/, "endprimitive"],
  [/^\s*function\b.*[;(]/, "endfunction"],
  [/^\s*typedef\s+\w+/, ";"],
  [/^\s*import\s+\w+::/, ""],
  [/^\s*\(\*.*\*\)\s*$/, ""],
  [
    /^\s*`(?:timescale|define|undef|ifdef|ifndef|else|elsif|endif|default_nettype|resetall|celldefine|endcelldefine)\b/,
    "",
  ],
];

/** Lines that belong to the code beside them and to none when they stand alone. */
const BETWEEN = /^\s*(?:\/\/.*|\/\*.*\*\/\s*)?$/;

/** The stretches of Verilog in prose, in order, each with the comments inside it. */
export function codeBlocks(text: string): string[] {
  const lines = text.split("\n");
  const starts: number[] = [];
  for (let at = 0, i = 0; i < lines.length; i++) {
    starts.push(at);
    at += lines[i]!.length + 1;
  }
  const stretches: { from: number; to: number }[] = [];
  for (let i = 0; i < lines.length; i++) {
    const ending = BEGINS.find(([begins]) => begins.test(lines[i]!))?.[1];
    if (ending === undefined) continue;
    let last = i;
    if (ending === "") { while (lines[last]!.endsWith("\\") && last + 1 < lines.length) last++; }
    else last = lineOfEnd(text, starts, i, ending);
    const before = stretches.at(-1);
    const joined = before !== undefined &&
      lines.slice(before.to + 1, i).every((line) => BETWEEN.test(line));
    if (joined) before.to = last;
    else stretches.push({ from: i, to: last });
    i = last;
  }
  return stretches.map(({ from, to }) => {
    // Words behind the end on its line are prose.
    const block = lines.slice(from, to + 1).join("\n");
    const end = /^[^]*\bendmodule\b(?:\s*:\s*\w+)?/.exec(block)?.[0];
    return end !== undefined && !/\n/.test(block.slice(end.length)) ? end : block;
  });
}

/** The line on which what begins at `line` ends; the last one where it does not. */
function lineOfEnd(text: string, starts: readonly number[], line: number, ending: string): number {
  const from = starts[line]!;
  const end = lex(text.slice(from)).find(({ text }) => text === ending);
  if (end === undefined) return starts.length - 1;
  const at = from + end.start;
  let found = line;
  while (found + 1 < starts.length && starts[found + 1]! <= at) found++;
  return found;
}
