/**
 * The committed acceptance heads of paper 10: how they are trained, measured and read.
 *
 * Begin with `trainAndMeasure` in `pipeline.ts`, which `deno task train-heads` runs, stage by stage (`train_stages.ts`,
 * `measure_stages.ts`, with files of `stage.ts` so that a stopped run goes on). `recipe.ts` fixes everything;
 * `results.ts` reads what came out, `pair.ts` for the models in use; `remeasure.ts` measures committed heads again; `measured_policies.ts` has the policies that are
 * compared, `shuffled_head.ts` the control. `page.ts` writes the page beside the heads, `prompts.ts` cuts the prompts.
 *
 * @module
 */
export * from "./chosen.ts";
export * from "./families.ts";
export type { HeadsInput } from "./input.ts";
export * from "./measure.ts";
export * from "./measured_policies.ts";
export * from "./page.ts";
export * from "./pair.ts";
export { trainHeads } from "./pipeline.ts";
export { forgetStages } from "./stage.ts";
export { headsPrompts } from "./prompts.ts";
export {
  ablationVariants,
  committedVariants,
  HEADS_FOLDER,
  type HeadsRecipe,
  headsRecipe,
  type HeadVariant,
  variantName,
} from "./recipe.ts";
export * from "./remeasure.ts";
export {
  type CommittedHeads,
  type HeadsResults,
  heldOutPrompts,
  loadHeads,
  loadPrompts,
  resolveHeads,
  weightsHash,
} from "./results.ts";
export * from "./shuffled_head.ts";
