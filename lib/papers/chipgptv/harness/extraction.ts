/**
 * The code in an answer, and which rule found it (spec §4).
 *
 * @module
 */
import { fileIn, type Wanted } from "offprint/verilog/problems/mod.ts";

/** What was found in an answer. */
export interface Extracted {
  /** The Verilog that is graded; empty where there is none. */
  text: string;
  /** How many fenced blocks it was made of. */
  blocks: number;
  /** In words, for the record: `tag verilog, 2 blocks`, `no fence: the modules between prose`. */
  rule: string;
}

/** Tags that are accepted, the first with a block wins; the last is a fence without a tag. */
const ACCEPTED_TAGS = ["verilog", "systemverilog", "v", "sv", ""] as const;

/** A longer answer is not searched: no module of the benchmark comes near. In UTF-16 units. */
export const LONGEST_ANSWER = 1_000_000;

/** A module, not a sentence on one. */
const BEGINS_MODULE = /^\s*(?:\(\*.*\*\)\s*)?(?:macro)?module\s+[\\A-Za-z_]/m;

/**
 * The blocks of the first accepted tag, one after the other. An answer without any goes to the rules for code between
 * prose, so that bare code counts; the record then says so and counts no block.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { extract } from "offprint/papers/chipgptv/harness/mod.ts";
 *
 * const answer = "Here it is:\n~~~verilog\nmodule m; endmodule\n~~~\n".replaceAll("~", "`");
 * assertEquals(extract(answer), { text: "module m; endmodule", blocks: 1, rule: "tag verilog, 1 block" });
 * ```
 */
export function extract(answer: string, wanted: Wanted = {}): Extracted {
  if (answer.length > LONGEST_ANSWER) {
    return { text: "", blocks: 0, rule: `longer than ${LONGEST_ANSWER} characters: not read` };
  }
  const found = fences(answer);
  for (const tag of ACCEPTED_TAGS) {
    const blocks = found.filter((fence) => fence.tag === tag && fence.text.trim() !== "");
    if (blocks.length === 0) continue;
    const text = blocks.map((block) => block.text.trim()).join("\n\n");
    return {
      text: inModule(text, wanted),
      blocks: blocks.length,
      rule: `${tag === "" ? "no tag" : `tag ${tag}`}, ${blocks.length} block${
        blocks.length === 1 ? "" : "s"
      }`,
    };
  }
  const { text, rule } = fileIn(answer, wanted);
  return BEGINS_MODULE.test(text)
    ? { text, blocks: 0, rule: `${found.length === 0 ? "no fence" : "no accepted tag"}: ${rule}` }
    : { text: "", blocks: 0, rule: "no code" };
}

/** A body alone goes behind the header that the prompt gave. */
function inModule(text: string, wanted: Wanted): string {
  if (BEGINS_MODULE.test(text) || !wanted.header) return text;
  return fileIn(`\`\`\`verilog\n${text}\n\`\`\``, wanted).text;
}

/** Fences at the beginning of a line, with the word behind them in small letters; the last may lack its end. */
function fences(answer: string): { tag: string; text: string }[] {
  const found: { tag: string; text: string }[] = [];
  let open: { mark: string; tag: string; lines: string[] } | undefined;
  for (const line of answer.split(/\r?\n/)) {
    const fence = /^\s*(`{3,})\s*([^\s`]*)/.exec(line);
    if (open === undefined) {
      if (fence !== null) open = { mark: fence[1]!, tag: fence[2]!.toLowerCase(), lines: [] };
    } else if (fence !== null && fence[2] === "" && fence[1]!.length >= open.mark.length) {
      found.push({ tag: open.tag, text: open.lines.join("\n") });
      open = undefined;
    } else open.lines.push(line);
  }
  if (open !== undefined) found.push({ tag: open.tag, text: open.lines.join("\n") });
  return found;
}
