/**
 * Grammars of tree-sitter, each loaded once and only when the first text in its language is parsed.
 *
 * @module
 */
import type * as TreeSitter from "web-tree-sitter";
import { UserError } from "offprint/errors.ts";

/** Languages whose grammars are in `data/grammars`, with name and version of the package each is from. */
export const GRAMMARS = {
  javascript: "tree-sitter-javascript 0.25.0",
  python: "tree-sitter-python 0.25.0",
  systemverilog: "tree-sitter-systemverilog 0.4.1",
  typescript: "tree-sitter-typescript 0.23.2",
} as const;

/** A language that can be parsed. */
export type SyntaxLanguage = keyof typeof GRAMMARS;

// Not a literal, so that reading a notebook that parses nothing does not download the package.
const PARSER_PACKAGE: string = "web-tree-sitter";
const FOLDER = new URL("../../data/grammars/", import.meta.url);

/** A parser and the kinds of its grammar by number. */
export interface LoadedGrammar {
  parser: TreeSitter.Parser;
  /** Node kinds by their number in the grammar. */
  kinds: readonly string[];
  /** Which kinds are named (the others are literal tokens such as `begin`). */
  named: readonly boolean[];
}

const loaded = new Map<SyntaxLanguage, Promise<LoadedGrammar>>();
let started: Promise<typeof TreeSitter> | undefined;

/**
 * Loads a committed grammar into `npm:web-tree-sitter`: about 0.15 s the first time, then nothing.
 *
 * @throws {UserError} when the grammar file cannot be read.
 */
export function loadGrammar(language: SyntaxLanguage): Promise<LoadedGrammar> {
  let loading = loaded.get(language);
  if (loading === undefined) {
    loading = load(language).catch((error) => {
      loaded.delete(language);
      throw error;
    });
    loaded.set(language, loading);
  }
  return loading;
}

async function load(name: SyntaxLanguage): Promise<LoadedGrammar> {
  let packed: Uint8Array<ArrayBuffer>;
  try {
    packed = await Deno.readFile(new URL(`${name}.wasm.gz`, FOLDER));
  } catch (error) {
    throw new UserError({
      what: `data/grammars/${name}.wasm.gz`,
      got: error instanceof Error ? error.name : error,
      expected: "the grammar file of the repository",
      todo: "Restore it from version control.",
    });
  }
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const wasm = new Uint8Array(await new Response(unpacked).arrayBuffer());
  const { Parser, Language } = await parserPackage();
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

/** The package, started once for all languages. */
function parserPackage(): Promise<typeof TreeSitter> {
  started ??= (async () => {
    const treeSitter: typeof TreeSitter = await import(PARSER_PACKAGE);
    await treeSitter.Parser.init();
    return treeSitter;
  })().catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}
