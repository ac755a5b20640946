/**
 * From two models to the committed heads: training data, heads, logs, policies, decoded texts. Every stage
 * leaves files behind, so that a stopped run goes on where it was.
 *
 * @module
 */
import type { AcceptanceHead } from "offprint/decoding/heads/mod.ts";
import type { HeadsInput } from "./input.ts";
import { decodeChosen, measureQuality, measureSettings } from "./measure_stages.ts";
import { allVariants, variantName } from "./recipe.ts";
import type { HeadsResults } from "./results.ts";
import { checkFolder } from "./stage.ts";
import { allHeads, trainingTexts } from "./train_stages.ts";

export type { HeadsInput } from "./input.ts";

/** Heads by the name of their variant, and everything measured. */
export interface TrainedHeads {
  heads: Map<string, AcceptanceHead>;
  results: HeadsResults;
}

/** Runs all stages; those whose files are in the folder already are not repeated. */
export async function trainHeads(input: HeadsInput): Promise<TrainedHeads> {
  const { recipe, onNote = () => {} } = input;
  await checkFolder(input);
  const texts = await trainingTexts(input);
  const { data, heads, curves } = await allHeads(input, texts);
  onNote("measuring predictions on the test texts");
  const quality = await measureQuality(input, data.acceptance, heads);
  const { settings, logged } = await measureSettings(input, heads);
  const decoded = await decodeChosen(input, heads, settings);
  const results: HeadsResults = {
    format: 1,
    recipe,
    models: input.models,
    data,
    heads: allVariants(recipe).map(({ variant, committed }) => ({
      variant,
      committed,
      curve: curves.get(variantName(variant))!,
      ...quality.heads.get(variantName(variant))!,
    })),
    divergences: quality.divergences,
    settings,
    decoded,
    replayed: logged,
  };
  return { heads, results };
}
