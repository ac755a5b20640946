/**
 * What must be true of every generated design: its description is whole, can be read back and copies no code, its
 * records count up, its masks come off again. Beside it, what the released rules of the paper do with the same file.
 *
 * @module
 */
import type { Design } from "offprint/verilog/designs/mod.ts";
import { fingerprint, lex, parseVerilog, readModules } from "offprint/verilog/language/mod.ts";
import { copiedRun, describe, readDescription } from "offprint/verilog/prose/mod.ts";
import { completions, maskText, unmask } from "offprint/verilog/records/mod.ts";

/** Counts over a corpus. */
export interface CorpusProperties {
  files: number;
  modules: number;
  /** Files that differ in more than names and layout. */
  different: number;
  /** Modules described without an `Unsupported:` line. */
  whole: number;
  /** Modules whose description, read back, gives the same description. */
  inverse: number;
  /** Modules whose name, parameters and ports are rebuilt from the sentences. */
  header: number;
  /** Modules whose description holds copied code. */
  copied: number;
  /** Modules that do not give 1 + j + i completion records. */
  miscounted: number;
  /** Files of which a masked version was made, and how many of them came back whole. */
  masked: number;
  unmasked: number;
  /** Files with an `if`, and in how many of them the released rules copy code into the prose. */
  withIf: number;
  releasedCopies: number;
  /** Characters of every module and of its description. */
  lengths: { module: number; description: number }[];
}

/** What {@linkcode corpusProperties} needs besides the designs. */
export interface CorpusOptions {
  /** Seed of the masks. */
  seed: number;
  /** Called after each file. */
  onFile?: () => void;
}

/** Checks every design of a corpus; a mask is tried on every tenth file. */
export async function corpusProperties(
  designs: AsyncIterable<Design>,
  { seed, onFile }: CorpusOptions,
): Promise<CorpusProperties> {
  const prints = new Set<string>();
  const tally: CorpusProperties = {
    ...{ files: 0, modules: 0, different: 0, whole: 0, inverse: 0, header: 0, copied: 0 },
    ...{ miscounted: 0, masked: 0, unmasked: 0, withIf: 0, releasedCopies: 0, lengths: [] },
  };
  for await (const { text } of designs) {
    tally.files++;
    prints.add(fingerprint(text));
    await tallyModules(text, tally);
    if (/\bif\b/.test(text)) {
      tally.withIf++;
      if (copiedRun(text, await releasedProse(text)) !== undefined) tally.releasedCopies++;
    }
    if (tally.files % 10 === 0) {
      const masked = await maskText(text, seed);
      if (masked !== undefined) {
        tally.masked++;
        if (unmask(masked.masked, masked.answer) === text) tally.unmasked++;
      }
    }
    onFile?.();
  }
  return { ...tally, different: prints.size };
}

async function tallyModules(text: string, tally: CorpusProperties): Promise<void> {
  for (const module of await readModules(text)) {
    const source = text.slice(module.start, module.end);
    const prose = describe(module);
    tally.modules++;
    if (prose.unsupported.length === 0) tally.whole++;
    const back = readDescription(prose.text);
    if (describe(back).text === prose.text) tally.inverse++;
    const headerOf = ({ name, parameters, ports }: typeof back) =>
      JSON.stringify([name, parameters, ports]);
    if (headerOf(back) === headerOf(module)) tally.header++;
    if (copiedRun(source, prose.text) !== undefined) tally.copied++;
    if ([...completions(source)].length !== expectedRecords(source)) tally.miscounted++;
    tally.lengths.push({ module: source.length, description: prose.text.length });
  }
}

/** 1 + j + i, counted from the tokens alone: statements end with a semicolon, and the header is not a statement. */
export function expectedRecords(source: string): number {
  const body = lex(source.slice(source.indexOf(";") + 1));
  return 1 + body.filter(({ text }) => text === ";").length + body.length;
}

/** What the released rules put into the prompt for an `if`: its condition and branches, blanks removed. */
export async function releasedProse(text: string): Promise<string> {
  const tree = await parseVerilog(text);
  const pasted: string[] = [];
  const open = [tree.root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    open.push(...node.children);
    if (node.kind !== "conditional_statement") continue;
    for (const part of node.children) {
      if (part.named) pasted.push(text.slice(part.start, part.end).replace(/\s+/g, ""));
    }
  }
  return pasted.join(" then ");
}
