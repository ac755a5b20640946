/**
 * Where the pipeline's Verilog comes from: a folder of files, or the generator.
 *
 * @module
 */
import { dirname, isAbsolute, join, normalize, relative, sep } from "node:path";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { generateDesigns } from "../designs/design.ts";
import type { Include } from "../tokens/preprocess.ts";
import { LONGEST_TEXT } from "../language/syntax_tree.ts";
import type { Skip } from "./flows.ts";

/** A file, or why it cannot be read. */
export type SourceFile =
  & { name: string }
  & ({ text: string; include?: Include } | { skipped: Skip });

/** Files to augment, in an order that does not change. */
export interface SourceList {
  /** How many there are. */
  count: number;
  /** What they are, for the manifest. */
  origin: string;
  files(from: number): AsyncGenerator<SourceFile>;
}

/**
 * Every `.v`, `.sv` and `.vh` file below a folder, by name. Links are not followed.
 *
 * @throws {UserError} when there is no such folder, or no Verilog in it.
 */
export async function folderSource(folder: string): Promise<SourceList> {
  const names: string[] = [];
  await collect(folder, folder, names);
  if (names.length === 0) {
    throw new UserError({
      what: folder,
      got: new Described("no file ending in .v, .sv or .vh"),
      expected: "a folder with Verilog",
    });
  }
  names.sort();
  return {
    count: names.length,
    origin: "folder",
    async *files(from) {
      for (const name of names.slice(from)) {
        const file = await readSource(join(folder, name), name);
        yield "text" in file ? { ...file, include: includeFrom(folder, name) } : file;
      }
    },
  };
}

/** Generated designs; no licence stands in the way of what is made of them. */
export function generatedSource(count: number, seed: number): SourceList {
  return {
    count,
    origin: "generated",
    async *files(from) {
      let at = 0;
      for await (const design of generateDesigns(seed, count)) {
        if (at++ >= from) yield { name: `${design.family}-${design.seed}.v`, text: design.text };
      }
    },
  };
}

async function collect(folder: string, root: string, names: string[]): Promise<void> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    // A folder inside that may not be read is no reason to stop.
    if (folder !== root) return;
    throw new UserError({
      what: folder,
      got: error instanceof Error ? error.name : error,
      expected: "a folder that can be read",
    });
  }
  for (const { name, isFile, isDirectory } of entries) {
    const path = join(folder, name);
    if (isDirectory && !name.startsWith(".")) await collect(path, root, names);
    if (isFile && /\.(v|sv|vh)$/i.test(name)) names.push(relative(root, path).split(sep).join("/"));
  }
}

/** Included files are looked for beside the file and in the folder itself, and nowhere outside it. */
function includeFrom(folder: string, name: string): Include {
  return (wanted) => {
    for (const place of [dirname(name), "."]) {
      const path = normalize(join(place, wanted));
      if (isAbsolute(wanted) || path.startsWith("..")) continue;
      try {
        const real = Deno.realPathSync(join(folder, path));
        const inside = relative(Deno.realPathSync(folder), real);
        if (inside.startsWith("..") || isAbsolute(inside)) continue;
        const { size, isFile } = Deno.statSync(real);
        if (isFile && size <= LONGEST_TEXT) return Deno.readTextFileSync(real);
      } catch {
        // Not there.
      }
    }
    return undefined;
  };
}

async function readSource(path: string, name: string): Promise<SourceFile> {
  const skip = (reason: string, detail?: string): SourceFile => ({
    name,
    skipped: { reason, ...(detail === undefined ? {} : { detail }) },
  });
  try {
    const { size } = await Deno.stat(path);
    if (size > LONGEST_TEXT) {
      return skip(
        `larger than ${LONGEST_TEXT} bytes, the most the parser is given`,
        `${size} bytes`,
      );
    }
    const bytes = await Deno.readFile(path);
    const zero = bytes.indexOf(0);
    if (zero >= 0) return skip("binary, not text", `a zero byte at ${zero}`);
    return { name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return skip("not UTF-8; iconv -t utf-8 can convert it");
    return skip("cannot be read", messageOf(error));
  }
}
