/**
 * A file of a pinned npm package.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { packageBytes, type PinnedPackage } from "./corpus.ts";
import { readTarball } from "./tar.ts";

/**
 * A file of a package.
 *
 * @param path inside the package.
 * @param folder where tarballs are kept.
 * @throws {UserError} when the package cannot be fetched or lacks the file.
 */
export async function packageFile(
  pinned: PinnedPackage,
  path: string,
  folder: URL,
): Promise<Uint8Array<ArrayBuffer>> {
  const files = await readTarball(pinned.package, await packageBytes(pinned, folder));
  const file = files.get(`package/${path}`) ?? files.get(path);
  if (file === undefined) {
    throw new UserError({ what: pinned.package, got: [...files.keys()], expected: path });
  }
  return file.slice();
}
