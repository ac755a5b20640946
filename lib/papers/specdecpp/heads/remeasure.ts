/**
 * Measuring committed heads again, without training them.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { temporaryFolder } from "offprint/temporary.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import type { AcceptanceHead } from "offprint/decoding/heads/mod.ts";
import type { HeadsInput } from "./input.ts";
import { decodeChosen, measureQuality, measureSettings } from "./measure_stages.ts";
import { committedVariants, variantName } from "./recipe.ts";
import type { CommittedHeads, HeadsResults } from "./results.ts";

/** What {@linkcode remeasureHeads} works with. */
export interface RemeasureOptions {
  draft: LanguageModel;
  target: LanguageModel;
  /** Token that ends a text. */
  stop?: number;
  /** With the recipe's seed the committed texts are written again, with another one new texts. */
  seed: number;
  onProgress?: (what: string, done: number, of: number) => void;
}

/**
 * Measures committed heads once more on their held-out prompts: new logs of the dev and the test texts, settings
 * chosen and measured on them, and the chosen ones decoded. The heads themselves, what was measured of heads that
 * are not committed, and the description of the training data stay as they were.
 */
export async function remeasureHeads(
  { results, prompts, heads }: CommittedHeads,
  { seed, draft, target, stop, onProgress }: RemeasureOptions,
): Promise<HeadsResults> {
  const recipe = { ...results.recipe, seed };
  // Heads of the ablations are not there; the weight of the control stays.
  const committedOnly = {
    ...recipe,
    ablation: { ...recipe.ablation, depths: [], untied: [], mixing: [] },
  };
  const byName = new Map<string, AcceptanceHead>(
    committedVariants(recipe).map((variant) => [
      variantName(variant),
      heads.get(variant.rejectionWeight)!,
    ]),
  );
  const folder = await temporaryFolder("heads");
  try {
    const input: HeadsInput = {
      recipe: committedOnly,
      draft,
      target,
      models: results.models,
      prompts: { training: [], ...prompts },
      ...(stop === undefined ? {} : { stop }),
      folder: pathToFileURL(`${folder}/`),
      ...(onProgress === undefined ? {} : { onProgress }),
    };
    const quality = await measureQuality(input, results.data.acceptance, byName);
    const { settings, logged } = await measureSettings(input, byName);
    const decoded = await decodeChosen(input, byName, settings);
    const again = new Set(settings.map(({ family }) => family));
    return {
      ...results,
      recipe,
      heads: results.heads.map((head) => ({
        ...head,
        ...quality.heads.get(variantName(head.variant)),
      })),
      divergences: quality.divergences,
      settings: [...settings, ...results.settings.filter(({ family }) => !again.has(family))],
      decoded,
      replayed: logged,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
