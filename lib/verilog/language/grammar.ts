/**
 * The SystemVerilog grammar of tree-sitter, loaded once and only when the first file is parsed.
 *
 * @module
 */
import type * as TreeSitter from "web-tree-sitter";
import { UserError } from "offprint/errors.ts";

/** Name and version of the grammar, for records and cards. */
export const GRAMMAR_VERSION = "tree-sitter-systemverilog 0.4.1";

// Not a literal, so that reading a notebook without Verilog does not download the package.
const PARSER_PACKAGE: string = "web-tree-sitter";
const GRAMMAR_FILE = new URL("../../../data/grammars/systemverilog.wasm.gz", import.meta.url);

/** A parser for SystemVerilog and the kinds of its grammar by number. */
export interface LoadedGrammar {
  parser: TreeSitter.Parser;
  /** Node kinds by their number in the grammar. */
  kinds: readonly string[];
  /** Which kinds are named (the others are literal tokens such as `begin`). */
  named: readonly boolean[];
}

let loaded: Promise<LoadedGrammar> | undefined;

/**
 * Loads the committed grammar into `npm:web-tree-sitter`: about 0.15 s the first time, then nothing.
 *
 * @throws {UserError} when the grammar file cannot be read.
 */
export function loadGrammar(): Promise<LoadedGrammar> {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<LoadedGrammar> {
  let packed: Uint8Array<ArrayBuffer>;
  try {
    packed = await Deno.readFile(GRAMMAR_FILE);
  } catch (error) {
    throw new UserError({
      what: "data/grammars/systemverilog.wasm.gz",
      got: error instanceof Error ? error.name : error,
      expected: "the grammar file of the repository",
      todo: "Restore it from version control.",
    });
  }
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const wasm = new Uint8Array(await new Response(unpacked).arrayBuffer());
  const { Parser, Language }: typeof TreeSitter = await import(PARSER_PACKAGE);
  await Parser.init();
  const language = await Language.load(wasm);
  const parser = new Parser();
  parser.setLanguage(language);
  const kinds: string[] = [];
  const named: boolean[] = [];
  for (let id = 0; id < language.nodeTypeCount; id++) {
    kinds.push(language.nodeTypeForId(id) ?? "");
    named.push(language.nodeTypeIsNamed(id));
  }
  return { parser, kinds, named };
}
