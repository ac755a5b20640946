/**
 * Training state on disk: parameters and both moments as float32, with step and curve, in one
 * safetensors file that is replaced atomically. The file before it is kept as a reserve.
 *
 * @module
 */
import { z } from "zod";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { writeWhole } from "offprint/files.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../transformer/safetensors.ts";

const curvePoint = z.strictObject({
  /** Steps done. */
  step: z.int(),
  /** Tokens seen. */
  tokens: z.int(),
  /** Mean training loss since the last point, nats per token. */
  train: z.number(),
  /** Loss on a fixed part of the held-out documents, nats per token. */
  heldOut: z.number(),
});

/** A point of the loss curve. */
export type CurvePoint = z.infer<typeof curvePoint>;

const progressSchema = z.strictObject({
  format: z.literal(1),
  recipe: z.string(),
  step: z.int().nonnegative(),
  tokens: z.int().nonnegative(),
  curve: z.array(curvePoint),
  /** Sum of the losses since the last point of the curve, and of how many steps. */
  pending: z.strictObject({ loss: z.number(), steps: z.int().nonnegative() }),
});

/** How far a language model's training has come. */
export type Progress = z.infer<typeof progressSchema>;

/** What every training says about how far it has come: at least the hash of what it trains. */
export interface NamedProgress {
  recipe: string;
}

/** Everything that a training needs to go on. */
export interface Checkpoint<P extends NamedProgress = Progress> {
  progress: P;
  /** Keyed `parameters/NAME`, `first/NAME`, `second/NAME`. */
  tensors: Map<string, Tensor>;
}

const FILE = "state.safetensors";
const RESERVE = "state.previous.safetensors";

/** Saves a checkpoint into `folder` (ends with a slash); the one before becomes the reserve. */
export async function saveCheckpoint<P extends NamedProgress>(
  folder: URL,
  checkpoint: Checkpoint<P>,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const bytes = encodeSafetensors(checkpoint.tensors, {
    metadata: { progress: JSON.stringify(checkpoint.progress) },
  });
  const file = new URL(FILE, folder);
  // A copy, not a rename: at no moment is the folder without a whole state.
  await copyOver(file, new URL(RESERVE, folder));
  await writeWhole(file, bytes, { durable: true });
}

/**
 * Removes the checkpoint of a folder with its reserve, and the folder when nothing else lies there.
 *
 * @param more names of other files that belong to the training.
 */
export async function forgetCheckpoint(folder: URL, more: readonly string[] = []): Promise<void> {
  for (const name of [FILE, RESERVE, ...more]) {
    await Deno.remove(new URL(name, folder)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  await Deno.remove(folder).catch(() => {});
}

async function copyOver(from: URL, to: URL): Promise<void> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(from);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  await writeWhole(to, bytes, { durable: true });
}

/**
 * The latest whole checkpoint of `folder`, or `undefined` when there is none at all.
 *
 * @param recipe hash of the recipe that is to go on.
 * @param warn called with one line when the newest file is damaged and the reserve is used.
 * @param schema of its progress; by default that of a language model's training.
 * @throws {UserError} when every file is damaged, or it belongs to another recipe.
 */
export async function loadCheckpoint<P extends NamedProgress = Progress>(
  folder: URL,
  recipe: string,
  warn: (line: string) => void = () => {},
  schema: z.ZodType<P> = progressSchema as unknown as z.ZodType<P>,
): Promise<Checkpoint<P> | undefined> {
  let damage: unknown;
  for (const name of [FILE, RESERVE]) {
    const file = new URL(name, folder);
    let bytes: Uint8Array;
    try {
      bytes = await Deno.readFile(file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    let checkpoint: Checkpoint<P>;
    try {
      checkpoint = decode(decodeURIComponent(file.pathname), bytes, schema);
    } catch (error) {
      warn(messageOf(error));
      // The newest file may have been cut by the end of the machine; the reserve is one save older.
      damage ??= error;
      continue;
    }
    if (checkpoint.progress.recipe !== recipe) {
      throw new UserError({
        what: decodeURIComponent(file.pathname),
        got: new Described("a checkpoint of another recipe"),
        expected: "the recipe it was started with",
        todo: "Restore the recipe, or start again with --fresh.",
      });
    }
    return checkpoint;
  }
  if (damage !== undefined) throw damage;
  return undefined;
}

function decode<P extends NamedProgress>(
  where: string,
  bytes: Uint8Array,
  schema: z.ZodType<P>,
): Checkpoint<P> {
  const { tensors, metadata } = decodeSafetensors(where, bytes);
  let progress: unknown;
  try {
    progress = JSON.parse(metadata["progress"] ?? "");
  } catch {
    // refused below
  }
  const parsed = schema.safeParse(progress);
  if (!parsed.success) {
    throw new UserError({
      what: where,
      got: metadata["progress"],
      expected: "a training checkpoint of this version",
    });
  }
  return { progress: parsed.data, tensors };
}
