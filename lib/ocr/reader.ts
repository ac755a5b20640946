/**
 * Finds the lines of text in a picture and reads them.
 *
 * @module
 */
import { createSession } from "offprint/lm/onnx/mod.ts";
import { detectorInput, textBoxes } from "./detector.ts";
import { detectorFile, recogniserFiles } from "./files.ts";
import { openRecogniser } from "./recogniser.ts";
import { type Pixels, stripOf, type TextBox } from "./strips.ts";

/** A line that was found, and what was read in it. */
export interface ReadText {
  readonly box: TextBox;
  readonly text: string;
}

/** Both networks, loaded. */
export interface TextReader {
  /** The lines of a picture, from top to bottom. The picture is read as it is, neither enlarged nor made smaller. */
  read(picture: Pixels): Promise<ReadText[]>;
  close(): Promise<void>;
}

/**
 * Loads the published networks.
 *
 * @param folder where the package's tarball is kept; it is fetched (15 MB) when it is not there.
 * @throws {UserError} when it cannot be fetched or its hash is another one.
 */
export async function openTextReader(
  folder: URL,
  { threads }: { threads?: number } = {},
): Promise<TextReader> {
  const { bytes, characters } = await recogniserFiles(folder);
  const recogniser = await openRecogniser(bytes, characters, threads);
  const { ort, session } = await createSession(
    "detector of text",
    await detectorFile(folder),
    threads === undefined ? {} : { threads },
  );
  return {
    read: async (picture) => {
      const { width, height, values } = detectorInput(picture);
      const x = new ort.Tensor("float32", values, [1, 3, height, width]);
      const results = await session.run({ [session.inputNames[0]!]: x });
      const probabilities = results[session.outputNames[0]!]!.data as Float32Array;
      const read: ReadText[] = [];
      for (const box of textBoxes(probabilities, { width, height })) {
        read.push({ box, text: (await recogniser.read(stripOf(picture, box))).text });
      }
      return read;
    },
    close: async () => {
      await recogniser.close();
      await session.release();
    },
  };
}
