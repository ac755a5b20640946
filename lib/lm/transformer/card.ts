/**
 * A model's card: what it was made from, how, and how good it is, for programs (`card.json`) and for
 * people (`README.md`).
 *
 * @module
 */
import { z } from "zod";
import { checkedValue } from "offprint/checked_json.ts";
import { modelRecipeSchema } from "./recipe.ts";
import { weightsHash } from "./weights_hash.ts";

/** The schema of `card.json`. */
const cardSchema = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  recipe: modelRecipeSchema,
  /** Whether all steps of the recipe were done. */
  finished: z.boolean(),
  parameters: z.int().positive(),
  /** SHA-256 of `model.safetensors`. */
  weights: weightsHash,
  licence: z.string(),
  data: z.strictObject({
    title: z.string(),
    /** SHA-256 of the documents after cleaning and segmentation. */
    sha256: z.string(),
    trainTokens: z.int(),
    heldOutTokens: z.int(),
    heldOutDocuments: z.array(z.string()),
  }),
  training: z.strictObject({
    steps: z.int(),
    tokens: z.int(),
    /** Loss in nats per token: mean over the steps since the last point, and on a part of the held-out text. */
    curve: z.array(
      z.strictObject({ step: z.int(), tokens: z.int(), train: z.number(), heldOut: z.number() }),
    ),
  }),
  heldOut: z.strictObject({
    natsPerToken: z.number(),
    perplexity: z.number(),
    bitsPerCharacter: z.number(),
    /** Perplexity of interpolated Kneser–Ney on the same tokens, orders 1, 2, … */
    kneserNey: z.array(z.number()),
    /** Perplexity divided by the best n-gram's. */
    againstBestNgram: z.number(),
  }),
  /** Continuations of begin-of-text, sampled with the seeds 1, 2, … */
  samples: z.array(z.string()),
});

/** A model's card. */
export type Card = z.infer<typeof cardSchema>;

/** The target model's perplexity is to be at most this part of the best n-gram's. */
export const NGRAM_MARGIN = 0.9;

/**
 * Checks the value of a `card.json`.
 *
 * @throws {UserError} when a field is missing or wrong.
 */
export function checkedCard(where: string, value: unknown): Card {
  return checkedValue(cardSchema, value, { what: where });
}

/** The card as a page in Markdown. */
export function cardPage(card: Card): string {
  const { recipe, heldOut, data, training } = card;
  const { model } = recipe;
  const orders = heldOut.kneserNey.map((_, i) => `${i + 1}`);
  const curve = training.curve.map(({ step, tokens, train, heldOut }) =>
    `| ${step} | ${tokens} | ${train.toFixed(4)} | ${heldOut.toFixed(4)} |`
  );
  const best = Math.min(...heldOut.kneserNey);
  const margin = heldOut.againstBestNgram <= NGRAM_MARGIN ? "shown" : "not shown";
  return `# ${card.name}

${recipe.purpose}

${
    card.parameters.toLocaleString("en")
  } parameters: ${model.layers} block(s) of width ${model.width}, ${model.heads} query and ${model.keyValueHeads} key heads, feed-forward ${model.feedForward}, vocabulary ${model.vocabSize}, context ${model.contextLength}; LLaMA-shaped, tied embedding. Stored as float16. Built by \`deno task train ${card.name}\`${
    card.finished ? "" : " (**training was not finished**)"
  }.

* Data: ${data.title}; ${data.trainTokens.toLocaleString("en")} tokens to train on, ${
    data.heldOutTokens.toLocaleString("en")
  } held out (${data.heldOutDocuments.length} documents). SHA-256 of the documents \`${data.sha256}\`.
* Licence of the text: ${card.licence} The weights are under this repository's licence.
* Training: ${training.steps} steps, ${
    training.tokens.toLocaleString("en")
  } tokens, AdamW, seed ${recipe.seed}; all numbers in \`recipe.json\`.

## Held-out text

| model | perplexity per token |
|---|---|
| **${card.name}** | **${heldOut.perplexity.toFixed(2)}** |
${
    heldOut.kneserNey.map((p, i) => `| Kneser–Ney, order ${orders[i]} | ${p.toFixed(2)} |`).join(
      "\n",
    )
  }

${heldOut.natsPerToken.toFixed(4)} nats per token, ${
    heldOut.bitsPerCharacter.toFixed(3)
  } bits per character. Perplexity over the best n-gram's (${best.toFixed(2)}): ${
    heldOut.againstBestNgram.toFixed(3)
  }; "at least 10 % below it" is ${margin}.

## Curve

Nats per token. The held-out column is a fixed part of the held-out text.

| step | tokens | training | held out |
|---|---|---|---|
${curve.join("\n")}

## Samples

${card.samples.map((text) => "```text\n" + text.trimEnd() + "\n```").join("\n\n")}
`;
}
