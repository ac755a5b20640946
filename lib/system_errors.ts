/**
 * Errors of the operating system as one line each: what was being done to which file, what stood in the
 * way, and what to do.
 *
 * @module
 */
import { constants } from "node:os";
import { Described, UserError } from "./errors.ts";

/** By the system's code: what stood in the way, what was expected, the next step. */
const MEANINGS: Record<string, [got: string, expected: string, todo: string]> = {
  ENOENT: ["no such file or folder", "one that is there", "Correct the path."],
  EACCES: [
    "no permission",
    "a file that this user may use in this way",
    "Change its permissions, or choose another.",
  ],
  EPERM: [
    "a system that does not allow it",
    "a file that this user may use in this way",
    "Choose another place.",
  ],
  EROFS: ["a read-only disk", "a folder that can be written", "Choose another folder."],
  ENOSPC: ["a full disk", "room for the output", "Free some space, or choose another folder."],
  EDQUOT: [
    "a used-up quota",
    "room for the output",
    "Free some space, or choose another folder.",
  ],
  EFBIG: ["the largest size of a file here", "room for the output", "Raise ulimit -f."],
  EMFILE: ["no file handle left", "more open files than the limit allows", "Raise ulimit -n."],
  ENFILE: ["no file handle left on this machine", "a free one", "Close other programs."],
  EISDIR: ["a folder", "a file", "Correct the path."],
  ENOTDIR: ["a file where the path has a folder", "a folder", "Correct the path."],
  EEXIST: ["something of that name", "a new name", "Choose another name."],
  ENOTEMPTY: ["a folder with files", "an empty one", "Choose another folder."],
  ELOOP: ["links that lead to each other", "a file", "Correct the links."],
  ENAMETOOLONG: ["a name that is too long", "a shorter one", "Shorten the path."],
  EXDEV: ["two disks", "one, since a file is moved", "Choose a folder on the same disk."],
  EBUSY: ["something that another program uses", "a free one", "End that program."],
  ETXTBSY: ["a program that is running", "a file that is not in use", "End that program."],
  EIO: ["a disk that fails", "one that works", "Look at the disk."],
  ENOMEM: ["no memory left", "enough memory", "Close other programs."],
  EAGAIN: [
    "no process or thread left",
    "more than the limit allows",
    "Close other programs, or raise ulimit -u.",
  ],
  EADDRINUSE: ["a port in use", "a free one", "Choose another port."],
  EPIPE: ["an output that nobody reads any more", "an open output", "Run it again."],
};

/** `os error 2): open '/a/b'`, `os error 2): rename '/a' -> '/b'`, `Failed to spawn '/a'`, Node's `, open '/a'`. */
const ACTION =
  /(?:\(os error \d+\): |Failed to |^[A-Z]+: [^,]*, )([a-z]+) '([^']*)'(?: -> '([^']*)')?/;

/**
 * An error of the operating system as a {@linkcode UserError}; nothing for any other error, which is a mistake
 * of ours and keeps its stack.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { systemError } from "offprint/system_errors.ts";
 *
 * const thrown = await Deno.readTextFile("no/such/file").catch((error) => error);
 * assertEquals(
 *   systemError(thrown)?.message,
 *   "no/such/file: got no such file or folder, expected one that is there. Correct the path.",
 * );
 * assertEquals(systemError(new TypeError("a mistake")), undefined);
 * ```
 */
export function systemError(thrown: unknown): UserError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const code = (thrown as { code?: unknown }).code ?? codeOf(thrown.message);
  const meaning = typeof code === "string" ? MEANINGS[code] : undefined;
  if (meaning === undefined) return undefined;
  const [got, expected, todo] = meaning;
  const [, , from, to] = ACTION.exec(thrown.message) ?? [];
  const temporary = /\(os error \d+\): tmpdir$/.test(thrown.message);
  return new UserError({
    what: temporary
      ? "the folder of temporary files"
      : (to ?? from) === ""
      ? "an empty path"
      : to ?? from ?? "the system",
    got: new Described(got),
    expected,
    todo: temporary ? "Set TMPDIR to a folder that can be written." : todo,
  });
}

/** Deno names few of the system's errors; the others have their number in the message: "(os error 27)". */
function codeOf(message: string): string | undefined {
  const number = Number(/\(os error (\d+)\)/.exec(message)?.[1]);
  return Object.entries(constants.errno).find(([, value]) => value === number)?.[0];
}
