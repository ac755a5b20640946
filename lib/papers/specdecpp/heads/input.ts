/**
 * What the stages of training and measuring heads work with.
 *
 * @module
 */
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import type { Measuring } from "./measure.ts";
import type { HeadsPrompts } from "./prompts.ts";
import type { HeadsRecipe } from "./recipe.ts";
import type { HeadsResults } from "./results.ts";

/** What {@linkcode trainHeads} works with. */
export interface HeadsInput {
  recipe: HeadsRecipe;
  draft: LanguageModel;
  target: LanguageModel;
  models: HeadsResults["models"];
  prompts: HeadsPrompts;
  /** Token that ends a text. */
  stop?: number;
  /** Where the stages leave their files; ends with a slash. */
  folder: URL;
  onNote?: (line: string) => void;
  onProgress?: (what: string, done: number, of: number) => void;
}

/** The models and the prompts of one split, with progress under a name. */
export function measuringOf(input: HeadsInput, split: "dev" | "test", what: string): Measuring {
  const { draft, target, prompts, recipe, stop, onProgress } = input;
  return {
    draft,
    target,
    prompts: prompts[split],
    textTokens: recipe.textTokens,
    seed: recipe.seed,
    split,
    ...(stop === undefined ? {} : { stop }),
    onText: (done) => onProgress?.(what, done, prompts[split].length),
  };
}
