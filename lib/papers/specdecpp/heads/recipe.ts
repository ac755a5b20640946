/**
 * Everything that fixes the committed acceptance heads and their measurement: `data/heads/recipe.json`.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { Described, UserError } from "offprint/errors.ts";
import { ifThere, readText } from "offprint/files.ts";

const natural = z.int().positive();
const share = z.number().min(0).max(1);

/** The schema of `data/heads/recipe.json`. */
export const headsRecipeSchema = z.strictObject({
  /** Models by name in `data/models`, or folders. */
  draft: z.string().min(1),
  target: z.string().min(1),
  seed: z.int(),
  prompts: z.strictObject({
    /** Tokens of a prompt; it begins where a sentence begins. */
    tokens: natural,
    /** Prompts from the addresses that the models were trained on, for training heads. */
    training: natural,
    /** Prompts from half of the held-out addresses, on which settings are chosen. */
    dev: natural,
    /** Prompts from the other half, on which they are measured. */
    test: natural,
  }),
  textTokens: natural,
  /** Candidates logged of what follows a rejection; longer rounds are taken to end there, and counted as guessed. */
  branch: natural,
  /** r, share of positions that keep the target's token. */
  mixing: share,
  /** The shape of the committed heads, one for each weight. */
  head: z.strictObject({ depth: z.int().min(0), tied: z.boolean() }),
  rejectionWeights: z.array(z.number().positive()).min(1),
  training: z.strictObject({
    batch: natural,
    /** Labelled states seen, in units of the data set. */
    epochs: z.number().positive(),
    peak: z.number().positive(),
    warmUp: share,
  }),
  /** Latency of one verification in draft passes. */
  ratio: z.number().positive(),
  constants: z.array(natural).min(1),
  thresholds: z.array(share).min(1),
  confidences: z.array(share).min(1),
  topProbabilities: z.array(share).min(1),
  /** Heads that differ from the committed one of this weight in one thing each. */
  ablation: z.strictObject({
    rejectionWeight: z.number().positive(),
    depths: z.array(z.int().min(0)),
    untied: z.array(z.int().min(2)),
    mixing: z.array(share),
  }),
});

/** Everything that fixes the committed heads and their measurement. */
export type HeadsRecipe = z.infer<typeof headsRecipeSchema>;

/** `data/heads/`. */
export const HEADS_FOLDER = new URL("../../../../data/heads/", import.meta.url);

/**
 * Reads a recipe.
 *
 * @throws {UserError} when it cannot be read, or a field is missing or wrong.
 */
export async function headsRecipe(
  file: URL = new URL("recipe.json", HEADS_FOLDER),
): Promise<HeadsRecipe> {
  const what = decodeURIComponent(file.pathname);
  const todo = "deno task train-heads --help describes its fields.";
  const text = await ifThere(readText(file));
  const expected = "a recipe of acceptance heads";
  if (text === undefined) {
    throw new UserError({ what, got: new Described("no such file"), expected });
  }
  return checkedJson(headsRecipeSchema, text, { what, expected, todo });
}

/** What distinguishes one trained head from another. */
export interface HeadVariant {
  rejectionWeight: number;
  depth: number;
  tied: boolean;
  mixing: number;
}

/** The committed heads, in the order of their weights. */
export function committedVariants(recipe: HeadsRecipe): HeadVariant[] {
  return recipe.rejectionWeights.map((rejectionWeight) => ({
    rejectionWeight,
    ...recipe.head,
    mixing: recipe.mixing,
  }));
}

/** The heads of the ablations, the committed ones left out. */
export function ablationVariants({ ablation, head, mixing }: HeadsRecipe): HeadVariant[] {
  const { rejectionWeight } = ablation;
  const same = { rejectionWeight, ...head, mixing };
  return [
    ...ablation.depths.map((depth) => ({ ...same, depth, tied: true })),
    ...ablation.untied.map((depth) => ({ ...same, depth, tied: false })),
    ...ablation.mixing.map((mixing) => ({ ...same, mixing })),
  ];
}

/** A variant's name, which is also its file's: "w6-depth3-tied-r0.15". */
export function variantName({ rejectionWeight, depth, tied, mixing }: HeadVariant): string {
  const blocks = depth < 2 ? "" : tied ? "-tied" : "-untied";
  return `w${rejectionWeight}-depth${depth}${blocks}-r${mixing}`;
}

/** All variants once, the committed ones first. */
export function allVariants(recipe: HeadsRecipe): { variant: HeadVariant; committed: boolean }[] {
  const byName = new Map<string, { variant: HeadVariant; committed: boolean }>();
  for (const variant of committedVariants(recipe)) {
    byName.set(variantName(variant), { variant, committed: true });
  }
  for (const variant of ablationVariants(recipe)) {
    const name = variantName(variant);
    if (!byName.has(name)) byName.set(name, { variant, committed: false });
  }
  return [...byName.values()];
}
