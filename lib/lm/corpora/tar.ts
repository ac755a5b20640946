/**
 * Reads gzipped tar archives (POSIX ustar, as `npm pack` writes them) in memory.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";

const BLOCK = 512;

/**
 * The regular files of a `.tgz`, by path.
 *
 * @param where name of the archive, for messages.
 * @throws {UserError} when the bytes are not a whole gzipped tar archive.
 */
export async function readTarball(
  where: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Map<string, Uint8Array>> {
  const broken = (got: string): UserError =>
    new UserError({
      what: where,
      got: new Described(got),
      expected: "a whole gzipped tar archive (.tgz)",
    });
  let tar: Uint8Array;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    tar = new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw broken("bytes that gzip cannot read");
  }
  const files = new Map<string, Uint8Array>();
  const decoder = new TextDecoder();
  const text = (at: number, length: number): string => {
    const field = decoder.decode(tar.subarray(at, at + length));
    const end = field.indexOf("\0");
    return end < 0 ? field : field.slice(0, end);
  };
  let at = 0;
  while (at + BLOCK <= tar.length) {
    const name = text(at, 100);
    if (name === "") return files; // the archive ends with blocks of zeros
    const size = parseInt(text(at + 124, 12).trim() || "0", 8);
    const kind = text(at + 156, 1);
    const prefix = text(at + 257, 5) === "ustar" ? text(at + 345, 155) : "";
    if (!Number.isInteger(size) || size < 0) throw broken(`a header without a size at byte ${at}`);
    const start = at + BLOCK;
    if (start + size > tar.length) throw broken(`an archive cut inside ${name}`);
    if (kind === "" || kind === "0") {
      files.set(prefix === "" ? name : `${prefix}/${name}`, tar.slice(start, start + size));
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw broken("an archive without an end");
}
