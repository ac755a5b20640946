/**
 * The file in a chat model's answer: what Icarus would be given by a person who copies the answer's code.
 *
 * @module
 */
import { lex } from "../tokens/lex.ts";
import { codeBlocks, fencedBlocks } from "./answer_blocks.ts";

/** A file, and by which rule it was taken. */
export interface AnswerFile {
  text: string;
  /** In words, for the record: "one fenced block", "the header and a body", … */
  rule: string;
}

/** What the file is wanted for. */
export interface Wanted {
  /** How the answer was told to begin; a body alone is put behind it. */
  header?: string;
  /** The module that is graded, where it is known. */
  top?: string | undefined;
}

/**
 * The Verilog file in an answer. Thinking between tags, quotation marks of a quoted block and prose are left out;
 * everything else of a block stays as it is, with its directives, packages and comments.
 *
 * - Several fenced blocks make one file. Where a module is defined twice, the last definition counts (a draft
 *   comes before the answer); blocks that the graded module does not need, a bench of the model's own, are left out.
 * - Without fences, the modules and what belongs to them are picked out of the prose.
 * - A body without `module` goes behind the header, and gets an `endmodule` where it lacks one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fileIn } from "offprint/verilog/problems/mod.ts";
 *
 * const block = (code: string) => ["~~~verilog", code, "~~~"].join("\n").replaceAll("~", "`");
 * const reply = [block("module m; wire a; endmodule"), "Better:", block("module m; endmodule")].join("\n");
 * assertEquals(fileIn(reply), { text: "module m; endmodule", rule: "the last of 2 fenced blocks" });
 * ```
 */
export function fileIn(reply: string, { header = "", top }: Wanted = {}): AnswerFile {
  const notes: string[] = [];
  const spoken = unquoted(withoutThinking(reply, notes), notes);
  const found = (text: string, rule: string): AnswerFile => ({
    text: text.trim(),
    rule: [rule, ...notes].join(", "),
  });
  const fences = fencedBlocks(spoken);
  const fenced = fences.map(blockOf);
  const withModules = fenced.filter(({ modules, isBody }) => modules.length > 0 && !isBody);
  if (withModules.length > 0) {
    const kept = together(fenced, top);
    return found(kept.map(({ text }) => text.trim()).join("\n\n"), fenceRule(kept, fenced));
  }
  const body = header === "" ? undefined : fences.findLast(isBodyText);
  if (body !== undefined) return found(behind(header, body), "the header and a fenced body");
  const loose = codeBlocks(spoken).map(blockOf);
  if (loose.some(({ modules }) => modules.length > 0)) {
    const kept = together(loose, top);
    return found(kept.map(({ text }) => text.trim()).join("\n\n"), "the modules between prose");
  }
  if (header !== "" && isBodyText(spoken)) {
    return found(behind(header, withoutLeadingProse(spoken)), "the header and a body");
  }
  return found(spoken, "the whole answer: no module in it");
}

interface Module {
  name: string;
  start: number;
  end: number;
}

interface Block {
  text: string;
  modules: Module[];
  /** Begins inside a module: what a header was given for. */
  isBody: boolean;
}

function blockOf(text: string): Block {
  const modules: Module[] = [];
  let isBody = false;
  let open: { name: string; start: number } | undefined;
  const tokens = lex(text);
  tokens.forEach(({ kind, text: word, start, end }, at) => {
    if (kind !== "keyword") return;
    if ((word === "module" || word === "macromodule") && open === undefined) {
      const next = tokens[at + 1];
      const name = next?.text === "automatic" || next?.text === "static" ? tokens[at + 2] : next;
      if (name?.kind === "identifier") open = { name: name.text.trim(), start };
    } else if (word === "endmodule") {
      if (open !== undefined) modules.push({ ...open, end });
      else if (modules.length === 0) isBody = true;
      open = undefined;
    }
  });
  if (open !== undefined) modules.push({ ...(open as Module), end: text.length });
  return { text, modules, isBody };
}

/** The blocks that make the file: without what is defined again later, and without what is not needed. */
function together(blocks: readonly Block[], top: string | undefined): Block[] {
  const last = new Map<string, number>();
  blocks.forEach(({ modules }, at) => modules.forEach(({ name }) => last.set(name, at)));
  const current = blocks.flatMap((block, at) => {
    const { modules } = block;
    if (modules.length === 0) return holdsDeclarations(block.text) ? [block] : [];
    const old = modules.filter(({ name }) => last.get(name) !== at);
    if (old.length === modules.length) return [];
    let { text } = block;
    for (const { start, end } of old.toReversed()) text = text.slice(0, start) + text.slice(end);
    return [blockOf(text)];
  });
  if (top === undefined || !last.has(top)) return current;
  const bodies = new Map(
    current.flatMap(({ text, modules }) =>
      modules.map(({ name, start, end }) => [name, text.slice(start, end)] as const)
    ),
  );
  const needed = new Set([top]);
  for (const name of needed) {
    const words = new Set(lex(bodies.get(name) ?? "").map(({ text }) => text.trim()));
    for (const other of bodies.keys()) if (words.has(other)) needed.add(other);
  }
  return current.filter(({ modules }) =>
    modules.length === 0 || modules.some(({ name }) => needed.has(name))
  );
}

/** Whether a block without modules belongs to the file: packages, macros, types, functions. */
function holdsDeclarations(text: string): boolean {
  return lex(text).some(({ kind, text }) =>
    (kind === "keyword" && /^(?:package|typedef|function|interface|primitive)$/.test(text)) ||
    (kind === "directive" && text === "`define")
  );
}

function fenceRule(kept: readonly Block[], all: readonly Block[]): string {
  const count = all.length;
  if (kept.length > 1) return `${kept.length} of ${count} fenced blocks together`;
  if (count === 1) return "one fenced block";
  const at = all.findLastIndex(({ text }) => text.trim() === kept[0]?.text.trim());
  return at === count - 1 ? `the last of ${count} fenced blocks` : `one of ${count} fenced blocks`;
}

const STATEMENT =
  /^\s*(?:assign|always\w*|wire|reg|logic|integer|localparam|parameter|initial|genvar|generate|input|output|endmodule|function|task|`\w+|\/\/|\/\*|\(\*|[A-Za-z_]\w*\s+(?:#\s*\(|[A-Za-z_]\w*\s*\())/;

function isBodyText(text: string): boolean {
  const { modules, isBody } = blockOf(text);
  return isBody || (modules.length === 0 && /;/.test(text) &&
    text.split("\n").some((line) => STATEMENT.test(line)));
}

function withoutLeadingProse(text: string): string {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => STATEMENT.test(line));
  return lines.slice(Math.max(0, first)).join("\n");
}

/** A body behind its header, through the last `endmodule`, or with one. */
function behind(header: string, body: string): string {
  const ends = lex(body).filter(({ kind, text }) => kind === "keyword" && text === "endmodule");
  const last = ends.at(-1);
  return last === undefined
    ? `${header}\n${body.trim()}\nendmodule`
    : `${header}\n${body.slice(0, last.end)}`;
}

const TAG = "think|thinking|thought|reasoning|reflection|scratchpad";

/** Without what is between thinking tags; an end alone ends what is in front of it, a start alone what follows. */
function withoutThinking(reply: string, notes: string[]): string {
  const closed = new RegExp(`<(${TAG})>[^]*?</\\1>`, "gi");
  let text = reply.replace(closed, "\n");
  const end = [...text.matchAll(new RegExp(`</(?:${TAG})>`, "gi"))].at(-1);
  if (end !== undefined) text = text.slice(end.index + end[0].length);
  const start = text.search(new RegExp(`^\\s*<(?:${TAG})>`, "im"));
  if (start >= 0) text = text.slice(0, start);
  if (text !== reply) notes.push("without its thinking");
  return text;
}

/** Without the marks of a quoted block, where code is quoted. */
function unquoted(text: string, notes: string[]): string {
  if (!/^ {0,3}> ?(?:```|~~~|\s*(?:macro)?module\b)/m.test(text)) return text;
  notes.push("unquoted");
  return text.replace(/^ {0,3}> ?/gm, "");
}
