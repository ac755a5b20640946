/**
 * Verilog's preprocessor: macros are put in, of conditional parts the taken one stays, and every line keeps
 * its number (IEEE 1364-2005, section 19; IEEE 1800-2012, section 22.5.1).
 *
 * @module
 */
import { lex } from "./lex.ts";
import {
  argumentsAt,
  definition,
  type Macro,
  macroOf,
  oneLine,
  PIECE,
  Problem,
  substituted,
} from "./macros.ts";

/** Finds the text of an included file; nothing when there is none. */
export type Include = (name: string) => string | undefined;

/** The text after preprocessing, or why it has none. */
export type Preprocessed = { text: string } | { problem: string; line: number };

/** What to preprocess with. */
export interface PreprocessOptions {
  /** Macros that are defined from the beginning. */
  defines?: Readonly<Record<string, string>>;
  /** Without it every `include is a problem. */
  include?: Include;
}

/** Directives that stay in the text, since parsers and tools read them. */
const PASSIVE = new Set(
  ("timescale default_nettype resetall celldefine endcelldefine unconnected_drive nounconnected_drive " +
    "begin_keywords end_keywords pragma line protect endprotect").split(" "),
);

/** Longest text that macros may grow to, and deepest nesting of macros and files. */
const LONGEST = 4_000_000;
const DEEPEST = 64;

/**
 * Preprocesses a file. A text with nothing to do comes back as it is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { preprocess } from "offprint/verilog/tokens/mod.ts";
 *
 * const text = "`define W 4\n`ifdef WIDE\nwire [7:0] a;\n`else\nwire [`W-1:0] a;\n`endif\n";
 * assertEquals(preprocess(text), { text: "\n\n\n\nwire [4-1:0] a;\n\n" });
 * ```
 */
export function preprocess(text: string, options: PreprocessOptions = {}): Preprocessed {
  if (!text.includes("`")) return { text };
  try {
    return { text: new Preprocessor(options).whole(text) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { problem: error.message, line: error.line };
  }
}

/** A text ready for the parser; what kept the preprocessor from its work, when something did. */
export interface Prepared {
  text: string;
  /** Another text than the one given. */
  changed: boolean;
  problem?: string;
  /** Line of the problem. */
  line?: number;
}

/**
 * The text as a parser can read it: preprocessed when that is possible, else as it is, with the reason; and
 * with `#(3)` for `#3` between a module's name and an instance, which means the same.
 */
export function prepare(text: string, include?: Include): Prepared {
  const done = preprocess(text, include === undefined ? {} : { include });
  const ready = parenthesised("text" in done ? done.text : text);
  return {
    text: ready,
    changed: ready !== text,
    ...("text" in done ? {} : { problem: done.problem, line: done.line }),
  };
}

function parenthesised(text: string): string {
  if (!text.includes("#")) return text;
  const tokens = lex(text);
  const values = new Set(["number", "identifier"]);
  const name = (at: number) => tokens[at]?.kind === "identifier";
  let result = "";
  let done = 0;
  for (const [at, token] of tokens.entries()) {
    const value = tokens[at + 1];
    if (token.text !== "#" || value === undefined || !values.has(value.kind)) continue;
    if (!name(at - 1) || !name(at + 2) || tokens[at + 3]?.text !== "(") continue;
    result += `${text.slice(done, value.start)}(${value.text})`;
    done = value.end;
  }
  return result + text.slice(done);
}

class Preprocessor {
  readonly #macros = new Map<string, Macro>();
  readonly #include: Include | undefined;
  /** One entry for each open conditional: is this part taken, and was one before. */
  readonly #open: { taken: boolean; before: boolean; line: number }[] = [];
  #made = 0;

  constructor({ defines = {}, include }: PreprocessOptions) {
    for (const [name, body] of Object.entries(defines)) this.#macros.set(name, { body });
    this.#include = include;
  }

  whole(text: string): string {
    const result = this.#expand(text, 1, 0);
    const left = this.#open.at(-1);
    if (left !== undefined) throw new Problem("a conditional without `endif", left.line);
    return result;
  }

  get #taken(): boolean {
    return this.#open.every(({ taken }) => taken);
  }

  /** `line` is the line of the file on which `text` begins; inside a macro it does not move on. */
  #expand(text: string, line: number, depth: number, inMacro = false): string {
    if (depth > DEEPEST) throw new Problem("macros or files nested too deeply", line);
    let result = "";
    const put = (part: string) => {
      this.#made += part.length;
      if (this.#made > LONGEST) throw new Problem(`more than ${LONGEST} characters`, line);
      result += part;
    };
    PIECE.lastIndex = 0;
    for (let at = 0; at < text.length;) {
      PIECE.lastIndex = at;
      const token = PIECE.exec(text)![0];
      at += token.length;
      const breaks = token.split("\n").length - 1;
      if (!token.startsWith("`") || token.length === 1) {
        put(this.#taken ? token : "\n".repeat(breaks));
        if (!inMacro) line += breaks;
        continue;
      }
      const name = token.slice(1);
      const read = this.#directive(name, text, at, line, depth, inMacro);
      put(read.text);
      // What a directive took from the text leaves its line breaks behind.
      const gone = text.slice(at, read.end).split("\n").length - 1;
      put("\n".repeat(gone));
      if (!inMacro) line += gone;
      at = read.end;
    }
    return result;
  }

  #directive(
    name: string,
    text: string,
    at: number,
    line: number,
    depth: number,
    inMacro: boolean,
  ): { text: string; end: number } {
    const word = () => {
      const match = /^[ \t]*(\\\S+|[A-Za-z_][\w$]*)/.exec(text.slice(at, at + 1000));
      if (match === null) throw new Problem(`\`${name} without a name`, line);
      at += match[0].length;
      return match[1]!;
    };
    const top = this.#open.at(-1);
    switch (name) {
      case "ifdef":
      case "ifndef": {
        const taken = this.#macros.has(word()) === (name === "ifdef");
        this.#open.push({ taken, before: taken, line });
        return { text: "", end: at };
      }
      case "elsif": {
        if (top === undefined) throw new Problem("`elsif outside a conditional", line);
        top.taken = this.#macros.has(word()) && !top.before;
        top.before ||= top.taken;
        return { text: "", end: at };
      }
      case "else":
        if (top === undefined) throw new Problem("`else outside a conditional", line);
        top.taken = !top.before;
        top.before = true;
        return { text: "", end: at };
      case "endif":
        if (this.#open.pop() === undefined) {
          throw new Problem("`endif outside a conditional", line);
        }
        return { text: "", end: at };
    }
    if (!this.#taken) {
      if (name !== "define") return { text: "", end: at };
      return { text: "", end: definition(text, at).end };
    }
    switch (name) {
      case "define": {
        const macroName = word();
        const { body, end } = definition(text, at);
        this.#macros.set(macroName, macroOf(body, line));
        return { text: "", end };
      }
      case "undef":
        this.#macros.delete(word());
        return { text: "", end: at };
      case "undefineall":
        this.#macros.clear();
        return { text: "", end: at };
      case "include": {
        const match = /^[ \t]*"([^"\n]+)"/.exec(text.slice(at, at + 1000));
        const file = match?.[1];
        const content = file === undefined ? undefined : this.#include?.(file);
        if (content === undefined) {
          throw new Problem(
            `\`include of ${file ?? "a name made by a macro"}, which is not at hand`,
            line,
          );
        }
        const open = this.#open.length;
        const inner = this.#expand(content, line, depth + 1, true);
        if (this.#open.length !== open) {
          throw new Problem(`a conditional that ends outside ${file}`, line);
        }
        return { text: oneLine(inner), end: at + match![0].length };
      }
      case "__LINE__":
        return { text: String(line), end: at };
      case "__FILE__":
        return { text: '""', end: at };
    }
    const macro = this.#macros.get(name);
    if (macro === undefined) {
      if (PASSIVE.has(name)) return { text: `\`${name}`, end: at };
      throw new Problem(`the macro \`${name}, which is not defined`, line);
    }
    let body = macro.body;
    if (macro.parameters !== undefined) {
      const given = argumentsAt(text, at, name, line);
      at = given.end;
      body = substituted(macro, given.values, name, line);
    }
    const expanded = this.#expand(body, line, depth + 1, true);
    // The lines of a body would move what follows; a macro is one line.
    return { text: inMacro ? expanded : oneLine(expanded), end: at };
  }
}
