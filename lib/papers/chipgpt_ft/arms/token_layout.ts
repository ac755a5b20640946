/**
 * How a record becomes text for a small language model. Prose and code are cut into tokens by the lexer and
 * written with one blank before each; names become `v0`, `v1`, … in the order in which they come up, in
 * the prose and in the code alike, and get their spelling back in the answer. So a model need not learn
 * to spell, only what refers to what. The same layout is used for training and for asking.
 *
 * @module
 */
import { type Instance, INSTRUCTIONS } from "offprint/verilog/records/mod.ts";
import { lex, type Names } from "offprint/verilog/language/mod.ts";

/** The word between what is given and what is asked for. */
const RULE = " ---";

/** Text with one blank before every token and names as numbers; line breaks and comments are gone. */
export function spaced(text: string, names: Names): string {
  const numbers = new Map(names.map((name, at) => [name, `v${at}`]));
  const tokens = lex(text);
  return tokens.map(({ kind, text }, at) => {
    if (kind === "number") return ` ${text.replace(/\s+/g, "")}`;
    // "is a reg" and "less-than" of the templates hold no names.
    const article = text === "a" && ARTICLE_BEFORE.has(tokens[at + 1]?.text ?? "");
    const compound = tokens[at + 1]?.text === "-" && COMPOUND_END.has(tokens[at + 2]?.text ?? "");
    return ` ${article || compound ? text : numbers.get(text) ?? text}`;
  }).join("");
}

const ARTICLE_BEFORE = new Set([
  "reg",
  "signed",
  "integer",
  "wire",
  "logic",
  "real",
  "time",
  "tri",
]);
const COMPOUND_END = new Set(["blocking", "than", "most", "least"]);

/**
 * A description in the same form, but shorter: without the numbers of its sentences, and with the
 * hyphenated words of the templates whole.
 */
function spacedProse(prose: string, names: Names): string {
  return spaced(prose.replace(/^\d+\. /gm, ""), names)
    .replace(/ (non|less|greater|at) - (blocking|than|most|least)\b/g, " $1-$2");
}

/** A record as one text; `names` are those of its code. */
export function recordText({ instruction, input, output }: Instance, names: Names): string {
  return promptText({ instruction, input }, names) + spaced(output, names);
}

/**
 * The text that a model is given so that it writes the output of a record; `names` are those of the code
 * that the input holds or speaks of.
 */
export function promptText(
  { instruction, input }: Omit<Instance, "output">,
  names: Names,
): string {
  const write = instruction === INSTRUCTIONS.prose ? spacedProse : spaced;
  return spaced(instruction, []) + write(input, names) + RULE;
}

/** Code that a model wrote in this layout, with its names spelt; numbers without a name stay as they are. */
export function spelled(code: string, names: Names): string {
  return lex(code).map(({ text }) => {
    const number = /^v(\d+)$/.exec(text)?.[1];
    return names[Number(number)] ?? text;
  }).join(" ");
}
