/**
 * The page that stands beside the committed heads.
 *
 * @module
 */
import { committedVariants, variantName } from "./recipe.ts";
import type { HeadsResults } from "./results.ts";

/** `data/heads/README.md`. */
export function headsPage({ recipe, models, data, heads }: HeadsResults): string {
  const model = ({ name, sha256, perplexity }: HeadsResults["models"]["draft"]): string =>
    `\`${name}\` (weights ${sha256.slice(0, 12)}…${
      perplexity === null ? "" : `, held-out perplexity ${perplexity.toFixed(2)}`
    })`;
  const rows = heads.map(({ variant, committed, divergence, unbiasedDivergence }) =>
    `| ${variantName(variant)} | ${committed ? "yes" : "no"} | ${divergence.toFixed(4)} | ${
      unbiasedDivergence.toFixed(4)
    } |`
  );
  return `# Acceptance heads

Heads of SpecDec++ (arXiv 2405.19715) for the draft ${model(models.draft)} under the target
${model(models.target)}. Made by \`deno task train-heads\` from \`recipe.json\`.

* \`${
    committedVariants(recipe).map((variant) => `${variantName(variant)}.safetensors`).join("`, `")
  }\`: the heads, float16, tensor names of the released head.
* \`prompts.json\`: ${recipe.prompts.dev} + ${recipe.prompts.test} prompts from held-out addresses, as text and as token ids.
* \`results.json\`: everything that was measured; its fields are those of \`lib/papers/specdecpp/heads/results.ts\`.

Training data: ${recipe.prompts.training} texts of the target, ${data.positions} positions, ${data.labelled} with a
label, mean acceptance ${data.acceptance.toFixed(4)}.

| head | committed | KL(a, P) on test texts, nats | the same, bias undone |
|---|---|---|---|
${rows.join("\n")}

The text that prompts were taken from and the licence are those of the models' cards.
`;
}
