/**
 * A module as gates and registers: Yosys elaborates it, and its cells become gates here or, where there is no rule
 * for one, in Yosys.
 *
 * @module
 */
import { bareName, lex } from "../tokens/lex.ts";
import { incompleteSensitivity } from "../language/sensitivity.ts";
import {
  childOf,
  childrenOf,
  parseVerilog,
  type SyntaxTree,
  textOf,
  walk,
} from "../language/syntax_tree.ts";
import { asSimulated } from "../tools/guard.ts";
import { BRANCHES, KNOWING_CELLS, UNKNOWN_VALUES } from "../tools/unknown_values.ts";
import type { YosysPool } from "../tools/yosys.ts";
import type { Netlist, Refusal } from "./gates.ts";
import { type Reading, readNetlist } from "./read_netlist.ts";

const FLIPFLOPS = [
  "$_DFF_P_",
  "$_DFFE_PP_",
  "$_DFF_PP0_",
  "$_DFF_PP1_",
  "$_DFFSR_PPP_",
  "$_ALDFF_PP_",
];
const LATCHES = ["$_DLATCH_P_", "$_DLATCH_PP0_", "$_DLATCH_PP1_", "$_DLATCHSR_PPP_", "$_SR_PP_"];
/**
 * From Verilog to cells over words. What of a condition is unknown is in the name of the cell that chooses by it.
 *
 * @param memories Whether the text may declare one: most do not, and looking for them takes a sixth of the time.
 */
const toWords = (top: string, memories: boolean) =>
  // Before `proc` every multiplexer is a `?:`, which merges what an unknown condition chooses from.
  `read_verilog -lib cells.v; read_verilog d.v; hierarchy -check -top ${top}; ` +
  // `proc` without the step that takes a `default` for dead where a `case` names every known value.
  `chtype -set offprint_choice t:$mux; proc_clean; proc_prune; proc_init; proc_arst; proc_mux; ` +
  `proc_dlatch; proc_dff; proc_memwr; proc_clean; ` +
  // Now they are what `if` and `case` became.
  "chtype -set offprint_branch t:$mux; chtype -set offprint_cases t:$pmux; " +
  // Only now, since it exchanges the branches of a multiplexer whose condition is negated.
  "opt_expr -keepdc; flatten -noscopeinfo; check -assert; " +
  // Not `memory`, which keeps a bit that is alike in all words even for a word past the end.
  (memories ? "memory_memx; opt_clean; memory_collect; memory_map; " : "opt_clean; ");

const DECLARED = [...KNOWING_CELLS.matchAll(/module (\w+)/g)].map(([, name]) => `=${name}`).join(
  " ",
);

/** Cells over words, for us to make gates of. Nobody reads the declarations of cells, a third of what would be written. */
const wordScript = (top: string, memories: boolean) =>
  `${toWords(top, memories)}${memories ? "opt_clean; " : ""}delete ${DECLARED}; write_json d.json`;

/** Gates by Yosys, for the cells that have no rule here (a division, a power): it takes several times as long. */
const gateScript = (top: string, memories: boolean) =>
  `${
    toWords(top, memories)
  }techmap -max_iter 1 -map branches.v; techmap -max_iter 1 -map unknown.v; techmap; simplemap; ` +
  `dfflegalize ${[...FLIPFLOPS, ...LATCHES].map((cell) => `-cell ${cell} 01`).join(" ")}; ` +
  `techmap; simplemap; opt_clean; write_json d.json`;

/** System functions that say nothing at run time, and tasks that only print. */
const HARMLESS = new Set(
  "$signed $unsigned $clog2 $bits $display $write $strobe $monitor $time $realtime $stime".split(
    " ",
  ),
);

/**
 * Words whose simulation is not the one that synthesis has: `casex` takes an unknown bit of its subject for any value.
 */
const OTHERWISE: ReadonlySet<string> = new Set(["real", "`include", "casex", "full_case"]);

/**
 * Maps `top` of a Verilog text to gates, or says what is in the way: an error, conflicting drivers,
 * a loop, delays, system tasks, tri-states, or a circuit that is too large. The text may be parsed already.
 */
export async function netlistOf(
  given: string | SyntaxTree,
  top: string,
  yosys: YosysPool,
): Promise<Netlist | Refusal> {
  const original = typeof given === "string" ? given : given.text;
  const text = asSimulated(original);
  const outside = unsuited(text);
  if (outside !== undefined) return { refused: outside };
  if (/[\s;"#]/.test(top)) return { refused: `top module ${top}` };
  // Comments and layout are in no tree, and only a directive makes another text.
  const tree = typeof given === "string" || original.includes("`")
    ? await parseVerilog(text)
    : given;
  const missing = await incompleteSensitivity(tree) ?? unknownInCase(tree);
  if (missing !== undefined) return { refused: missing };
  const bits = await memoryBits(text, top, yosys);
  if (bits > MOST_MEMORY_BITS) return { refused: `a memory of ${bits} bits`, ranOut: true };
  const words = await mapped("words", text, top, yosys);
  if ("netlist" in words) return words.netlist;
  if ("refused" in words) return words;
  const gates = await mapped("gates", text, top, yosys);
  if ("netlist" in gates) return gates.netlist;
  return "refused" in gates ? gates : { refused: `cell ${gates.unmapped}` };
}

/**
 * Bits of memory that are mapped at most. Each becomes a register that every address reaches: 256 words of 32 bits take
 * eight seconds, and with four times as many the limits of time and memory always come first.
 */
const MOST_MEMORY_BITS = 16_384;

/** A declaration of several words: `reg [7:0] store [0:255];`. */
const WORDS = /\b(?:reg|logic|bit|byte|int|integer|wire|time)\b[^;=]*[\w$]\s*\[[^;\]]*\]\s*[;,=]/;

/**
 * Bits of the memories in that module of a design where they are most, of those that write to a memory: what is only
 * read becomes constants. None where Yosys does not get so far, which says why later.
 */
async function memoryBits(text: string, top: string, yosys: YosysPool): Promise<number> {
  if (!WORDS.test(text)) return 0;
  const { log } = await yosys.run({
    script: `read_verilog d.v; hierarchy -check -top ${top}; proc; stat`,
    files: { "d.v": text },
  });
  const modules = log.split(/^=== /m).slice(1).filter((part) =>
    part.includes("$memwr") && !part.startsWith("design hierarchy")
  );
  return Math.max(
    0,
    ...modules.map((part) => Number(/Number of memory bits: +(\d+)/.exec(part)?.[1] ?? 0)),
  );
}

/** A text as it is, mapped from words by the rules here or down to gates by Yosys, whose gates are the definition. */
export async function mapped(
  from: "words" | "gates",
  text: string,
  top: string,
  yosys: YosysPool,
): Promise<Reading> {
  const script = from === "words" ? wordScript : gateScript;
  const { status, log, files } = await yosys.run({
    script: script(top, WORDS.test(text)),
    files: {
      "d.v": text,
      "cells.v": KNOWING_CELLS,
      "branches.v": BRANCHES,
      "unknown.v": UNKNOWN_VALUES,
    },
    outputs: ["d.json"],
  });
  if (status === "time" || status === "memory") {
    return { refused: `mapping ran out of ${status}`, ranOut: true };
  }
  const json = files["d.json"];
  if (status === "error" || json === undefined) return { refused: reason(log) };
  return readNetlist(JSON.parse(json), bareName(top));
}

function unsuited(text: string): string | undefined {
  const tokens = lex(text);
  for (const [at, token] of tokens.entries()) {
    if (token.text.startsWith("$") && !HARMLESS.has(token.text)) return token.text;
    if (token.text === "#" && tokens[at + 1]?.kind === "number") return "a delay";
    if (OTHERWISE.has(token.text)) return token.text;
  }
  return undefined;
}

/** A value of a `case` with unknown bits, which match nothing but themselves; synthesis takes them for any value. */
function unknownInCase(tree: SyntaxTree): string | undefined {
  if (tree.hasError) return undefined;
  for (const node of walk(tree.root)) {
    if (node.kind !== "case_statement") continue;
    const keyword = childOf(node, "case_keyword");
    const pattern = keyword !== undefined && textOf(tree, keyword) === "casez"
      ? /'.*x/i
      : /'.*[xz?]/i;
    for (const item of childrenOf(node, "case_item")) {
      const values = childrenOf(item, "case_item_expression").map((value) => textOf(tree, value));
      const found = values.find((value) => pattern.test(value));
      if (found !== undefined) return `the value ${found} of a case`;
    }
  }
  return undefined;
}

function reason(log: string): string {
  const warning = /Warning: (multiple conflicting drivers|found logic loop)/.exec(log)?.[1];
  if (warning !== undefined) return warning;
  return /ERROR: (.*)/.exec(log)?.[1]?.slice(0, 200) ?? "an error without a message";
}
