/**
 * Verilog's preprocessor: macros are put in, of conditional parts the taken one stays, and every line keeps
 * its number (IEEE 1364-2005, section 19; IEEE 1800-2012, section 22.5.1).
 *
 * @module
 */
import { lex } from "./lex.ts";

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

interface Macro {
  parameters?: { name: string; value?: string }[];
  body: string;
}

class Problem extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const PIECE =
  /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|"(?:\\[^]|[^"\\\n])*"?|\\\S+|`[A-Za-z_]\w*|[A-Za-z_$][\w$]*|\n|[^]/gy;

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

/** The rest of a `define: to the end of the line, and on where a backslash ends it. */
function definition(text: string, at: number): { body: string; end: number } {
  let end = at;
  while (end < text.length && text[end] !== "\n") {
    if (text[end] === "\\" && /^\\\r?\n/.test(text.slice(end, end + 3))) {
      end = text.indexOf("\n", end) + 1;
    } else if (text.startsWith("//", end)) {
      const stop = text.indexOf("\n", end);
      // A comment on a line that goes on ends before its backslash.
      const rest = text.slice(end, stop === -1 ? text.length : stop);
      const onward = /\\\r?$/.exec(rest);
      end += onward === null ? rest.length : onward.index;
    } else if (text.startsWith("/*", end)) {
      const stop = text.indexOf("*/", end + 2);
      end = stop === -1 ? text.length : stop + 2;
    } else if (text[end] === '"') {
      const match = /^"(?:\\[^\n]|[^"\\\n])*"?/.exec(text.slice(end, end + 100_000))!;
      end += match[0].length;
    } else end++;
  }
  const body = text.slice(at, end).replace(
    /\/\/[^\n]*?(?=\\?\r?(?:\n|$))/g,
    (comment, offset) => insideString(text.slice(at, at + offset)) ? comment : "",
  );
  return { body: body.replace(/\\\r?\n/g, "\n"), end };
}

function insideString(before: string): boolean {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return (line.replace(/\\./g, "").match(/"/g)?.length ?? 0) % 2 === 1;
}

function macroOf(rest: string, line: number): Macro {
  // Only a parenthesis that follows the name at once begins a list of parameters.
  if (!rest.startsWith("(")) return { body: rest.trim() };
  const { values, end } = argumentsAt(rest, 0, "define", line);
  const parameters = values.map((entry) => {
    const match = /^\s*([A-Za-z_]\w*)\s*(?:=\s*([^]*?))?\s*$/.exec(entry);
    if (match === null) throw new Problem("a macro with a parameter that is no name", line);
    return { name: match[1]!, ...(match[2] === undefined ? {} : { value: match[2] }) };
  });
  return { parameters, body: rest.slice(end).trim() };
}

/** `(a, b)`: commas inside brackets and strings separate nothing. */
function argumentsAt(
  text: string,
  at: number,
  name: string,
  line: number,
): { values: string[]; end: number } {
  const gap = /^\s*\(/.exec(text.slice(at, at + 1000));
  if (gap === null) throw new Problem(`\`${name} without its arguments`, line);
  let end = at + gap[0].length;
  const values = [""];
  let depth = 0;
  while (end < text.length) {
    PIECE.lastIndex = end;
    const token = PIECE.exec(text)![0];
    end += token.length;
    if (depth === 0 && token === ")") return { values, end };
    if (depth === 0 && token === ",") values.push("");
    else {
      if ("([{".includes(token)) depth++;
      if (")]}".includes(token)) depth--;
      values[values.length - 1] += token;
    }
  }
  throw new Problem(`\`${name} whose arguments do not end`, line);
}

function substituted(
  { parameters = [], body }: Macro,
  values: readonly string[],
  name: string,
  line: number,
): string {
  const none = values.length === 1 && values[0]!.trim() === "";
  if (values.length > parameters.length && !(none && parameters.length === 0)) {
    throw new Problem(
      `\`${name} with ${values.length} arguments instead of ${parameters.length}`,
      line,
    );
  }
  const given = new Map(parameters.map((parameter, at) => {
    const value = values[at];
    if (value === undefined && parameter.value === undefined) {
      throw new Problem(
        `\`${name} with ${values.length} arguments instead of ${parameters.length}`,
        line,
      );
    }
    return [
      parameter.name,
      value === undefined || value.trim() === "" ? parameter.value ?? value ?? "" : value.trim(),
    ];
  }));
  return body
    // `" begins and ends a string in which parameters are put in; `` joins what is beside it.
    .replace(
      /`"((?:(?!`")[^])*)`"/g,
      (_, inner: string) =>
        JSON.stringify(inner.replace(/[A-Za-z_]\w*/g, (word) => given.get(word) ?? word)),
    )
    .replace(
      /"(?:\\[^]|[^"\\])*"|`[A-Za-z_]\w*|[A-Za-z_$][\w$]*/g,
      (word) => given.get(word) ?? word,
    )
    .replaceAll("``", "");
}

/** The same on one line, without the comments that would swallow the rest of it. */
function oneLine(text: string): string {
  PIECE.lastIndex = 0;
  return text.replace(
    PIECE,
    (token) => token === "\n" || token.startsWith("//") || token.startsWith("/*") ? " " : token,
  );
}
