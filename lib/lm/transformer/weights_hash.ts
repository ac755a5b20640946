/**
 * Weights and what is said about them belong together: a record beside the weights holds their hash.
 *
 * @module
 */
import { z } from "zod";
import { Described, UserError } from "offprint/errors.ts";
import { ifThere, readText } from "offprint/files.ts";
import { sha256 } from "../corpora/corpus.ts";

/** What a record of this project says of the weights: SHA-256 of `model.safetensors`, in hexadecimal. */
export const weightsHash = z.string().regex(/^[0-9a-f]{64}$/);

/** As far as `training.json` speaks of weights; a file of that name from elsewhere does not. */
const trainingSchema = z.looseObject({ format: z.literal(1), recipe: z.looseObject({}) });
const hashedSchema = z.looseObject({ weights: weightsHash });

/** Weights that a record speaks of. */
export interface RecordedWeights {
  /** `card.json` or `training.json`. */
  record: string;
  sha256: string;
}

/**
 * What `training.json`, the record of a model that was trained on pairs, says of the weights beside it.
 *
 * @param folder Ends with a slash.
 * @returns Nothing where there is no such record.
 * @throws {UserError} when the record has no hash.
 */
export async function weightsOfTraining(folder: URL): Promise<RecordedWeights | undefined> {
  const file = new URL("training.json", folder);
  const text = await ifThere(readText(file));
  let value: unknown;
  try {
    value = text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined; // not of ours
  }
  if (!trainingSchema.safeParse(value).success) return undefined;
  const parsed = hashedSchema.safeParse(value);
  if (parsed.success) return { record: "training.json", sha256: parsed.data.weights };
  throw new UserError({
    what: decodeURIComponent(file.pathname),
    got: new Described("no SHA-256 of the weights"),
    expected: "one, in the field weights",
    todo: "Write the model again: deno task train NAME --export.",
  });
}

/**
 * Checks that the weights of a folder are those that its record speaks of.
 *
 * @param folder Ends with a slash.
 * @throws {UserError} when they are others: a writing was interrupted, or a file replaced.
 */
export async function checkWeights(
  folder: URL,
  { record, sha256: expected }: RecordedWeights,
): Promise<void> {
  const file = new URL("model.safetensors", folder);
  const got = await sha256(await Deno.readFile(file));
  if (got === expected) return;
  throw new UserError({
    what: decodeURIComponent(file.pathname),
    got: new Described(`SHA-256 ${got.slice(0, 12)}…`),
    expected: `${expected.slice(0, 12)}…, the weights of which ${record} speaks`,
    todo: "Writing the model was interrupted, or a file was replaced. Write it again: " +
      "deno task train NAME --export.",
  });
}
