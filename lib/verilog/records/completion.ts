/**
 * The completion flow: records that ask for what comes next, at three granularities, from any module.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { lex, type Token } from "../tokens/lex.ts";

/** One training record, in the usual three fields. */
export interface Instance {
  instruction: string;
  input: string;
  output: string;
}

/** What is asked for. */
export type CompletionLevel = "module" | "statement" | "token";

/** A record of the completion flow: `input + output` is the beginning of the module's text. */
export interface Completion extends Instance {
  level: CompletionLevel;
}

/** Which records to make. */
export interface CompletionOptions {
  /** At most this many records of a module, the module-level one always among them. Default: all. */
  maxPerModule?: number;
  /** Fewest tokens before the target. Default 0. */
  minPrefixTokens?: number;
  /** Seed of the sample when there are more than `maxPerModule`. Default 1. */
  seed?: number;
}

/** The instruction of each level. */
export const COMPLETION_INSTRUCTIONS: Readonly<Record<CompletionLevel, string>> = {
  module: "Complete the body of this Verilog module.",
  statement: "Write the next statement of this Verilog module.",
  token: "Write the next token of this Verilog module.",
};

/**
 * The records of one module: one for the body, one for every `;` of the body, one for every token of the
 * body, in the order of their targets: 1 + j + i in all.
 *
 * @param text the module from before `module` through `endmodule`; nothing when it has no body
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { SATURATING_COUNTER } from "offprint/verilog/designs/mod.ts";
 * import { completions } from "offprint/verilog/records/mod.ts";
 *
 * assertEquals([...completions(SATURATING_COUNTER)].length, 1 + 3 + 46);
 * ```
 */
export function* completions(text: string, options: CompletionOptions = {}): Generator<Completion> {
  const { maxPerModule = Infinity, minPrefixTokens = 0, seed = 1 } = options;
  const tokens = lex(text);
  const opening = tokens.findIndex(({ text }) => text === "module");
  const closing = tokens.findIndex(({ text }, at) => at > opening && text === "endmodule");
  const header = headerEnd(tokens, opening);
  if (opening === -1 || closing === -1 || header === -1 || header > closing) return;

  const spans = targets(tokens, header, closing).filter(({ before }) => before >= minPrefixTokens);
  const kept = spans.length <= maxPerModule ? spans : sample(spans, maxPerModule, seed, text);
  for (const { level, start, end } of kept) {
    yield {
      level,
      instruction: COMPLETION_INSTRUCTIONS[level],
      input: text.slice(0, start),
      output: text.slice(start, end),
    };
  }
}

/** The semicolon that ends a module's header; that of an import inside the header does not. */
function headerEnd(tokens: readonly Token[], opening: number): number {
  let importing = false;
  return tokens.findIndex(({ text }, at) => {
    if (at <= opening) return false;
    if (text === "import") importing = true;
    if (text !== ";") return false;
    const ends = !importing;
    importing = false;
    return ends;
  });
}

interface Target {
  level: CompletionLevel;
  start: number;
  end: number;
  /** Tokens before the target. */
  before: number;
}

function targets(tokens: readonly Token[], header: number, closing: number): Target[] {
  const found: Target[] = [];
  const start = tokens[header]!.end;
  found.push({ level: "module", start, end: tokens[closing]!.end, before: header + 1 });
  let previous = { end: start, before: header + 1 };
  for (let at = header + 1; at <= closing; at++) {
    const token = tokens[at]!;
    found.push({ level: "token", start: token.start, end: token.end, before: at });
    if (token.text !== ";") continue;
    found.push({
      level: "statement",
      start: previous.end,
      end: token.end,
      before: previous.before,
    });
    previous = { end: token.end, before: at + 1 };
  }
  return found;
}

function sample(spans: Target[], count: number, seed: number, text: string): Target[] {
  const random = stream(seed, "completions", text);
  const rest = spans.map((_, at) => at).filter((at) => spans[at]!.level !== "module");
  const whole = spans.length - rest.length;
  const chosen = new Set(random.shuffle(rest).slice(0, Math.max(0, count - whole)));
  return spans.filter(({ level }, at) => level === "module" || chosen.has(at));
}
