/**
 * The hashes under which a hub keeps files, computed as bytes pass by.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { messageOf, UserError } from "offprint/errors.ts";
import type { FileHash, HubFile } from "./hub.ts";

const CHUNK = 1 << 20;

/**
 * Whether `target` holds exactly the bytes of `file`.
 *
 * @throws {UserError} when it cannot be read.
 */
export async function isComplete(target: URL, { bytes, hash }: HubFile): Promise<boolean> {
  let disk: Deno.FsFile;
  try {
    disk = await Deno.open(target);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw unreadable(target, error);
  }
  try {
    if ((await disk.stat()).size !== bytes) return false;
    const hasher = beginHash(hash, bytes);
    await hashFrom(disk, hasher, bytes);
    return hasher.digest("hex") === hash.hex;
  } catch (error) {
    throw unreadable(target, error);
  } finally {
    disk.close();
  }
}

/** A hasher that has taken what goes before the `bytes` bytes of the file. */
export function beginHash({ kind }: FileHash, bytes: number): Hash {
  if (kind === "sha256") return createHash("sha256");
  return createHash("sha1").update(`blob ${bytes}\0`);
}

/** Feeds a hasher with the next `bytes` bytes of an open file; resolves to how many there were. */
export async function hashFrom(disk: Deno.FsFile, hasher: Hash, bytes: number): Promise<number> {
  const buffer = new Uint8Array(Math.min(CHUNK, Math.max(bytes, 1)));
  let done = 0;
  while (done < bytes) {
    const count = await disk.read(buffer.subarray(0, bytes - done));
    if (count === null) break;
    hasher.update(buffer.subarray(0, count));
    done += count;
  }
  return done;
}

function unreadable(file: URL, error: unknown): UserError {
  return new UserError({
    what: decodeURIComponent(file.pathname),
    got: messageOf(error).split(": ")[0],
    expected: "a file that can be read, or none",
    todo: "Choose another folder with --to.",
  });
}
