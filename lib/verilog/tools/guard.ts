/**
 * Foreign Verilog made safe for a simulator: preprocessed, without comments, and with no system task but
 * those that are known to touch nothing outside. What is compiled is the text made here and not the one
 * given, so that a guard and a compiler cannot read it differently.
 *
 * @module
 */
import { bareName, lex, type Token } from "../tokens/lex.ts";
import { preprocess } from "../tokens/preprocess.ts";
import { lineAt } from "../language/syntax_tree.ts";

/** A text that may be compiled, or why not. */
export type Guarded = { text: string } | { refused: string; line: number };

const PRINTING = ["display", "write", "strobe", "monitor"].flatMap((task) =>
  ["", "b", "h", "o"].map((base) => `$${task}${base}`)
).concat(["$error", "$warning", "$info", "$fatal"]);
const PRINTING_TASKS: ReadonlySet<string> = new Set(PRINTING);

/** System tasks and functions that read and write nothing but the simulation and its output. */
const HARMLESS_TASKS: ReadonlySet<string> = new Set([
  ...PRINTING,
  ...("$monitoron $monitoroff $finish $stop $time $stime $realtime $timeformat $printtimescale " +
    "$random $urandom $urandom_range $dist_uniform $dist_normal $dist_exponential $dist_poisson " +
    "$dist_chi_square $dist_t $dist_erlang $signed $unsigned $clog2 $bits $size $left $right $low $high " +
    "$increment $dimensions $unpacked_dimensions $countones $countbits $onehot $onehot0 $isunknown " +
    "$typename $cast $sformat $sformatf $swrite $swriteb $swriteh $swriteo $rtoi $itor $realtobits " +
    "$bitstoreal $shortrealtobits $bitstoshortreal $ln $log10 $exp $sqrt $pow $floor $ceil $abs $min $max " +
    "$sin $cos $tan $asin $acos $atan $atan2 $hypot $sinh $cosh $tanh $asinh $acosh $atanh $past $rose " +
    "$fell $stable $changed $sampled $asserton $assertoff $assertkill $setup $hold $setuphold $recovery " +
    "$removal $recrem $skew $timeskew $fullskew $period $width $nochange $test$plusargs $value$plusargs")
    .split(" "),
]);

/**
 * Checks a text and gives the one to compile.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { guarded } from "offprint/verilog/tools/mod.ts";
 *
 * assertEquals(guarded("module m; initial \\$fopen (1); endmodule"), {
 *   refused: "the system task $fopen is not allowed here",
 *   line: 1,
 * });
 * ```
 */
export function guarded(text: string): Guarded {
  const done = preprocess(text);
  if ("problem" in done) return { refused: done.problem, line: done.line };
  const tokens = lex(done.text);
  for (const token of tokens) {
    const found = objection(token);
    if (found !== undefined) return { refused: found, line: lineAt(done.text, token.start) };
  }
  return { text: written(done.text, tokens) };
}

/**
 * The text as a simulator reads it: with its macros put in and no tool's own macros defined, and without
 * comments, since Yosys takes some for orders (`synopsys translate_off`, `full_case`). Every line keeps its number.
 * A text that cannot be preprocessed comes back as it is.
 */
export function asSimulated(text: string): string {
  const done = preprocess(text);
  return "problem" in done ? text : written(done.text, lex(done.text));
}

/** The text without what it would print: a design has no say in what a bench reports. */
export function silenced(text: string): string {
  const tokens = lex(text);
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (!PRINTING_TASKS.has(bareName(tokens[at]!.text))) {
      kept.push(tokens[at]!);
      continue;
    }
    if (tokens[at + 1]?.text !== "(") continue;
    let depth = 0;
    do {
      at++;
      if (tokens[at]?.text === "(") depth++;
      if (tokens[at]?.text === ")") depth--;
    } while (depth > 0 && at < tokens.length);
  }
  return written(text, kept);
}

/**
 * A name of the bench that a design reaches for: its counters through a path, or one of its tasks. A design
 * that stands alone needs none.
 */
export function reachesInto(design: string, bench: string): string | undefined {
  const own = scopesOf(lex(design));
  const others = scopesOf(lex(bench));
  const tokens = lex(design);
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== "identifier") continue;
    const name = bareName(text);
    const before = tokens[at - 1]?.text;
    if (name === "$root" || name === "$unit") return name;
    if (own.has(name) || !others.has(name) || before === ".") continue;
    let after = at + 1;
    while (tokens[after]?.text === "[") {
      while (after < tokens.length && tokens[after]!.text !== "]") after++;
      after++;
    }
    if (tokens[after]?.text === ".") return name;
    if (others.get(name) === "routine" && [";", "("].includes(tokens[after]?.text ?? "")) {
      return name;
    }
  }
  return undefined;
}

/** Names through which a scope can be reached: modules, instances, labelled blocks, tasks and functions. */
function scopesOf(tokens: readonly Token[]): Map<string, "scope" | "routine"> {
  const names = new Map<string, "scope" | "routine">();
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== "identifier") continue;
    const name = bareName(text);
    const before = tokens[at - 1];
    const next = tokens[at + 1]?.text;
    if (before?.text === "module" || before?.text === "macromodule" || before?.text === "program") {
      names.set(name, "scope");
    } else if (before?.text === ":" && ["begin", "fork"].includes(tokens[at - 2]?.text ?? "")) {
      names.set(name, "scope");
    } else if (next === "(" && (before?.kind === "identifier" || before?.text === ")")) {
      if (!names.has(name)) names.set(name, "scope");
    }
    if (isRoutine(tokens, at)) names.set(name, "routine");
  }
  return names;
}

/** `task name`, `task automatic name`, `function [3:0] name`. */
function isRoutine(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1]?.text;
  if (next !== ";" && next !== "(") return false;
  for (let back = at - 1; back >= Math.max(0, at - 12); back--) {
    const { text } = tokens[back]!;
    if (text === "task" || text === "function") return true;
    if (text === ";" || text === "end" || text === "begin" || text === "=") return false;
  }
  return false;
}

function objection({ kind, text }: Token): string | undefined {
  const name = bareName(text);
  if (name.startsWith("$") && name.length > 1 && kind !== "string") {
    return HARMLESS_TASKS.has(name) ? undefined : `the system task ${name} is not allowed here`;
  }
  if (/[^\t\n\r -~]/.test(text) && kind !== "string") return "a character that is no ASCII";
  if (kind === "string") {
    // deno-lint-ignore no-control-regex
    if (!/^"(?:\\[^\n]|[^"\\\n])*"$/.test(text) || /[\x00-\x08\x0b-\x1f]/.test(text)) {
      return "a string that does not end on its line";
    }
  }
  return kind === "directive" && !STAYS.has(text) ? `${text} is not allowed here` : undefined;
}

const STAYS = new Set(
  ("`timescale `default_nettype `resetall `celldefine `endcelldefine `unconnected_drive " +
    "`nounconnected_drive").split(" "),
);

/** Tokens on their lines, with blanks between them and nothing else. */
function written(text: string, tokens: readonly Token[]): string {
  let result = "";
  let end = 0;
  let gap = false;
  for (const token of tokens) {
    const between = text.slice(end, token.start);
    const breaks = between.split("\n").length - 1;
    if (breaks > 0) result += "\n".repeat(breaks);
    else if (gap || between !== "") result += " ";
    result += token.text;
    gap = token.text.startsWith("\\");
    end = token.end;
  }
  return result + "\n".repeat(text.slice(end).split("\n").length - 1) + (gap ? " " : "");
}
