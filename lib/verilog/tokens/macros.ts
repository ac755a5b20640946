/**
 * The macros of Verilog's preprocessor: how a definition is read, how arguments are cut and put in.
 *
 * @module
 */

/** A macro: its body, and its parameters where it has a list of them. */
export interface Macro {
  parameters?: { name: string; value?: string }[];
  body: string;
}

/** Why a text cannot be preprocessed, with the line. */
export class Problem extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** Comments, strings, escaped identifiers, macro names, words, line ends, and single characters. */
export const PIECE =
  /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|"(?:\\[^]|[^"\\\n])*"?|\\\S+|`[A-Za-z_]\w*|[A-Za-z_$][\w$]*|\n|[^]/gy;

/** The rest of a `define: to the end of the line, and on where a backslash ends it. */
export function definition(text: string, at: number): { body: string; end: number } {
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

/** What follows a macro's name in its definition. */
export function macroOf(rest: string, line: number): Macro {
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
export function argumentsAt(
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

/** A macro's body with the arguments put in. */
export function substituted(
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
export function oneLine(text: string): string {
  PIECE.lastIndex = 0;
  return text.replace(
    PIECE,
    (token) => token === "\n" || token.startsWith("//") || token.startsWith("/*") ? " " : token,
  );
}
