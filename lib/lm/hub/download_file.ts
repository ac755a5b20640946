/**
 * Downloads one file so that it is either there and right, or not there: bytes go to `NAME.HASH.part`
 * beside it, are hashed as they arrive, and are renamed when the hash is the expected one. After a cut
 * connection the part stays, and the next call asks only for the rest.
 *
 * @module
 */
import type { Hash } from "node:crypto";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { beginHash, hashFrom } from "./file_hash.ts";
import {
  checkStatus,
  fileAddress,
  type FileHash,
  type HubConnection,
  type HubFile,
  type HubRepository,
  hubRequest,
  networkReason,
} from "./hub.ts";

/** How a file is downloaded. */
export interface FileDownloadOptions {
  /** How often a connection that was cut in the middle is taken up again at once. */
  retries: number;
  /**
   * Called when bytes are there.
   *
   * @param present how many of the file's bytes are on the disk.
   * @param received how many of them just came over the network.
   */
  onBytes?: ((present: number, received: number) => void) | undefined;
}

/** Digits of the hash in the name of a part: one version's bytes are never taken for another's. */
const HASH_DIGITS = 12;

/** How many bytes of `file` an earlier call left beside `target`. */
export async function partBytes(target: URL, file: HubFile): Promise<number> {
  const part = await Deno.stat(partOf(target, file.hash)).catch(() => undefined);
  return part === undefined || part.size > file.bytes ? 0 : part.size;
}

/**
 * Downloads `file` to `target`, whose folder is made if need be; what is there is replaced.
 *
 * @throws {UserError} when the connection is lost or the disk cannot be written (the part stays), or when
 * the bytes are not those that the hub's listing announced (the part goes).
 */
export async function downloadFile(
  connection: HubConnection,
  repository: HubRepository,
  file: HubFile,
  target: URL,
  options: FileDownloadOptions,
): Promise<void> {
  const part = partOf(target, file.hash);
  const disk = await openPart(part);
  try {
    // Without file locks (some network disks) two downloads at once would end in a wrong hash.
    if (!await disk.tryLock(true).catch(() => true)) {
      throw new UserError({
        what: shown(part),
        got: new Described("a file that another download is writing"),
        expected: "no other download of this file at the same time",
        todo: "Wait until it has finished.",
      });
    }
    const arriving = new ArrivingFile(part, disk, file, options);
    await arriving.takeUp();
    for (let left = options.retries; !arriving.complete; left--) {
      const before = arriving.present;
      try {
        await arriving.receive(connection, repository);
      } catch (error) {
        connection.signal?.throwIfAborted();
        if (!(error instanceof CutConnection)) throw error;
        if (left === 0 || arriving.present === before) throw error.told(file, arriving.present);
      }
    }
    if (!arriving.right()) {
      await Deno.remove(part);
      throw new UserError({
        what: `${repository.name}: ${file.path}`,
        got: new Described("bytes with another hash"),
        expected: `${file.hash.kind} ${file.hash.hex}`,
        todo: "The download was discarded. Run the same command again.",
      });
    }
    await disk.sync();
  } finally {
    disk.close();
  }
  try {
    await Deno.rename(part, target);
    await removeOtherParts(target);
  } catch (error) {
    throw unwritable(target, error);
  }
}

/** The bytes of a file on their way to the disk. */
class ArrivingFile {
  present = 0;
  #hasher: Hash;

  constructor(
    readonly part: URL,
    readonly disk: Deno.FsFile,
    readonly file: HubFile,
    readonly options: FileDownloadOptions,
  ) {
    this.#hasher = beginHash(file.hash, file.bytes);
  }

  get complete(): boolean {
    return this.present === this.file.bytes;
  }

  /** Whether the bytes are the file's. To be asked once, at the end. */
  right(): boolean {
    return this.#hasher.digest("hex") === this.file.hash.hex;
  }

  /** Counts and hashes what an earlier call left. */
  async takeUp(): Promise<void> {
    const { size } = await this.disk.stat();
    if (size > this.file.bytes) return await this.#beginAgain();
    this.present = await hashFrom(this.disk, this.#hasher, size);
    this.options.onBytes?.(this.present, 0);
  }

  /** Asks for the bytes that are missing and writes them, until all are there or the connection ends. */
  async receive(connection: HubConnection, repository: HubRepository): Promise<void> {
    const address = fileAddress(connection.endpoint, repository, this.file.path);
    const { response, abort } = await hubRequest(connection, address, {
      "accept-encoding": "identity",
      ...(this.present > 0 ? { range: `bytes=${this.present}-` } : {}),
    });
    try {
      checkStatus(connection, repository.name, repository.commit, response);
      // A server that ignores the range sends the whole file.
      const range = response.headers.get("content-range");
      const from = response.status === 206 ? Number(/^bytes (\d+)-/.exec(range ?? "")?.[1]) : 0;
      if (from === 0 && this.present > 0) await this.#beginAgain();
      if (from !== this.present) {
        throw new UserError({
          what: `${connection.endpoint}: ${this.file.path}`,
          got: new Described(`content-range ${range}`),
          expected: `bytes from ${this.present} onwards`,
        });
      }
      await this.#write(response, abort, connection.silenceMs);
    } finally {
      await response.body?.cancel().catch(() => {});
    }
    if (!this.complete) throw new CutConnection("the connection was closed");
  }

  async #write(response: Response, abort: AbortController, silenceMs: number): Promise<void> {
    const reader = response.body?.getReader();
    if (reader === undefined) return;
    try {
      while (!this.complete) {
        const timer = setTimeout(() => abort.abort(), silenceMs);
        let read: ReadableStreamReadResult<Uint8Array>;
        try {
          read = await reader.read();
        } catch (error) {
          throw new CutConnection(
            abort.signal.aborted
              ? `nothing came for ${silenceMs / 1000} s`
              : networkReason(error).split(": ").at(-1)!,
          );
        } finally {
          clearTimeout(timer);
        }
        if (read.done) return;
        // More than was announced cannot be right; enough of it is kept for the hash to say so.
        const bytes = read.value.subarray(0, this.file.bytes - this.present);
        await this.#append(bytes);
      }
    } finally {
      reader.releaseLock();
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    try {
      for (let written = 0; written < bytes.length;) {
        written += await this.disk.write(bytes.subarray(written));
      }
    } catch (error) {
      throw unwritable(this.part, error);
    }
    this.#hasher.update(bytes);
    this.present += bytes.length;
    this.options.onBytes?.(this.present, bytes.length);
  }

  async #beginAgain(): Promise<void> {
    await this.disk.truncate(0);
    await this.disk.seek(0, Deno.SeekMode.Start);
    this.present = 0;
    this.#hasher = beginHash(this.file.hash, this.file.bytes);
    this.options.onBytes?.(0, 0);
  }
}

/** The connection ended before the file did. */
class CutConnection extends Error {
  told(file: HubFile, present: number): UserError {
    return new UserError({
      what: file.path,
      got: new Described(`${present} of ${file.bytes} bytes (${this.message})`),
      expected: "the whole file",
      todo: "What was downloaded is kept: run the same command again to fetch the rest.",
    });
  }
}

function partOf(target: URL, hash: FileHash): URL {
  const part = new URL(target);
  part.pathname += `.${hash.hex.slice(0, HASH_DIGITS)}.part`;
  return part;
}

async function openPart(part: URL): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(new URL("./", part), { recursive: true });
    return await Deno.open(part, { read: true, write: true, create: true });
  } catch (error) {
    throw unwritable(part, error);
  }
}

/** Parts of other versions of a file that is there now. */
async function removeOtherParts(target: URL): Promise<void> {
  const name = decodeURIComponent(target.pathname).split("/").at(-1)!;
  for await (const { name: other } of Deno.readDir(new URL("./", target))) {
    const rest = other.startsWith(name) ? other.slice(name.length) : "";
    if (/^\.[0-9a-f]{12}\.part$/.test(rest)) {
      await Deno.remove(new URL(encodeURIComponent(other), target));
    }
  }
}

function shown(file: URL): string {
  return decodeURIComponent(file.pathname);
}

function unwritable(file: URL, error: unknown): UserError {
  return new UserError({
    what: shown(file),
    got: messageOf(error).split(": ")[0],
    expected: "a place that can be written, with room for the file",
    todo: "Make room or choose another folder with --to; what was downloaded is kept.",
  });
}
