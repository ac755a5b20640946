/**
 * Where commands write: looked at before the work begins, so that hours of it do not end at a wrong path.
 *
 * @module
 */
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { placeOf } from "offprint/files.ts";
import { temporaryName } from "offprint/temporary.ts";
import { ROOT } from "./project.ts";

/** An output as it was given on the command line. */
export interface Output {
  /** The option that names it, for messages: `--out`. */
  option: string;
  path: string;
  /** One file, or a folder that gets several. */
  kind: "file" | "folder";
  /** Whether it may lie in `data/`, where results are committed. Default false. */
  data?: boolean;
}

/** Folders of sources: what a command makes has no place there. */
const SOURCES: ReadonlySet<string> = new Set([
  ".ci",
  ".git",
  "bench",
  "data",
  "findings",
  "kernels",
  "lib",
  "notebooks",
  "tests",
]);

/** Files of the project's own folder. */
const ROOT_FILES: ReadonlySet<string> = new Set([
  "CHANGELOG.md",
  "CITATION.cff",
  "CONTRIBUTING.md",
  "LICENSE",
  "README.md",
  "deno.json",
  "deno.lock",
  "import_map.json",
]);

/**
 * Looks at a place to write before any work is done: it is no source of the project, nothing stands there
 * that is no regular file, and something can be written.
 *
 * @param root The project's folder.
 * @returns Its absolute path, behind links.
 * @throws {UserError} for a place that cannot take the output.
 */
export async function checkedOutput(
  { option, path, kind, data = false }: Output,
  root: string = ROOT,
): Promise<string> {
  if (path.trim() === "") {
    throw new UserError({ what: option, got: path, expected: `the name of a ${kind}` });
  }
  const given = resolve(path);
  const { existing, rest } = await firstExisting(given);
  const real = join(existing, ...rest);
  refuseSource(option, path, kind, relative(await Deno.realPath(root), real), data);
  const inFolder = kind === "folder" || rest.length > 0;
  if (!inFolder) {
    await placeOf(given);
    if (/[\\/]$/.test(path)) throw unsuitable(option, path, "a file", "a folder");
  } else if (!(await Deno.stat(existing)).isDirectory) {
    throw unsuitable(option, path, "a file where the path has a folder", "a folder");
  }
  if (kind === "file" && rest.length > 0 && /[\\/]$/.test(path)) {
    throw unsuitable(option, path, "the name of a folder", "the name of a file");
  }
  await probe(inFolder ? existing : dirname(existing));
  return real;
}

/** The part of a path that exists, behind its links, and the names that are to be made below it. */
async function firstExisting(path: string): Promise<{ existing: string; rest: string[] }> {
  const rest: string[] = [];
  for (let at = path;; at = dirname(at)) {
    try {
      return { existing: await Deno.realPath(at), rest };
    } catch (error) {
      if (dirname(at) === at) throw error;
      const { NotADirectory, NotFound } = Deno.errors;
      if (!(error instanceof NotFound || error instanceof NotADirectory)) throw error;
      // A link that leads nowhere is there, too.
      if (await Deno.lstat(at).then(({ isSymlink }) => isSymlink, () => false)) await placeOf(at);
      rest.unshift(basename(at));
    }
  }
}

function refuseSource(
  option: string,
  path: string,
  kind: Output["kind"],
  below: string,
  data: boolean,
): void {
  const [first = "", ...others] = below.split(sep);
  const source = kind === "folder" && below === "" ||
    SOURCES.has(first) && !(data && first === "data") ||
    others.length === 0 && ROOT_FILES.has(first);
  if (!source) return;
  const got = below === "" ? "the project's own folder" : `${below}, which holds sources`;
  throw unsuitable(option, path, got, "a place beside the project's sources");
}

function unsuitable(option: string, path: string, got: string, expected: string): UserError {
  return new UserError({
    what: `${option} ${path}`,
    got: new Described(got),
    expected,
    todo: "Choose another place, for example below out/.",
  });
}

/** Writes something and takes it away again; the system's error says why where it cannot. */
async function probe(folder: string): Promise<void> {
  const file = join(folder, temporaryName("probe"));
  try {
    await Deno.writeTextFile(file, "room?", { createNew: true });
  } finally {
    await Deno.remove(file).catch(() => {});
  }
}
