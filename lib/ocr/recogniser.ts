/**
 * A recogniser of printed text: one line in, its characters out.
 *
 * @module
 */
import { createSession } from "offprint/lm/onnx/mod.ts";
import { STRIP_HEIGHT, type TextStrip } from "./strips.ts";

/** What a network makes of a line: its text, and all outputs of the run by name. */
export interface ReadStrip {
  text: string;
  outputs: Map<string, Float32Array>;
}

/** A recogniser that is loaded. */
export interface Recogniser {
  read(strip: TextStrip): Promise<ReadStrip>;
  close(): Promise<void>;
}

/**
 * Loads a recogniser.
 *
 * @param characters by number; number 0 is no character.
 * @throws {UserError} when ONNX Runtime refuses the network.
 */
export async function openRecogniser(
  network: Uint8Array<ArrayBuffer>,
  characters: readonly string[],
  threads?: number,
): Promise<Recogniser> {
  const { ort, session } = await createSession(
    "recogniser",
    network,
    threads === undefined ? {} : { threads },
  );
  return {
    read: async ({ width, values }) => {
      const x = new ort.Tensor("float32", values, [1, 3, STRIP_HEIGHT, width]);
      const results = await session.run({ [session.inputNames[0]!]: x });
      const outputs = new Map<string, Float32Array>();
      for (const [name, { data }] of Object.entries(results)) {
        outputs.set(name, data as Float32Array);
      }
      return { text: spelled(outputs.get(session.outputNames[0]!)!, characters), outputs };
    },
    close: () => session.release(),
  };
}

/** Reads strips one after the other with a network that is loaded for them. */
export async function readStrips(
  network: Uint8Array<ArrayBuffer>,
  characters: readonly string[],
  strips: readonly TextStrip[],
  threads?: number,
): Promise<ReadStrip[]> {
  const recogniser = await openRecogniser(network, characters, threads);
  const read: ReadStrip[] = [];
  for (const strip of strips) read.push(await recogniser.read(strip));
  await recogniser.close();
  return read;
}

/**
 * The likeliest character of each step, repetitions and steps without a character left out (greedy CTC).
 *
 * @param scores a row of `characters.length` numbers for each step.
 */
export function spelled(scores: Float32Array, characters: readonly string[]): string {
  let text = "", last = 0;
  for (let at = 0; at < scores.length; at += characters.length) {
    let best = 0;
    for (let i = 1; i < characters.length; i++) if (scores[at + i]! > scores[at + best]!) best = i;
    if (best !== 0 && best !== last) text += characters[best];
    last = best;
  }
  return text;
}
