/**
 * What two models say at the positions of given texts.
 *
 * @module
 */
import { softmax } from "offprint/decoding/verification/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import type { Position } from "./four_tokens.ts";

/**
 * The distributions of draft and target before each token of each text.
 *
 * @param prompts One for each text; both models read it first.
 * @param texts Token ids; position `i` of a text is the distribution from which its token `i` was to come.
 */
export async function readPositions(
  models: { draft: LanguageModel; target: LanguageModel },
  prompts: readonly (readonly number[])[],
  texts: readonly (readonly number[])[],
): Promise<Position[]> {
  const positions: Position[] = [];
  for (const [i, prompt] of prompts.entries()) {
    const text = texts[i] ?? [];
    const drafts = await readRows(models.draft, prompt, text);
    const targets = await readRows(models.target, prompt, text);
    for (const [n, draft] of drafts.entries()) positions.push({ draft, target: targets[n]! });
  }
  return positions;
}

async function readRows(
  model: LanguageModel,
  prompt: readonly number[],
  text: readonly number[],
): Promise<Float64Array[]> {
  const sequence = await model.open([...prompt]);
  const first = softmax(sequence.logits);
  const { logits } = await sequence.extend(text.slice(0, -1));
  sequence.close();
  return [first, ...logits.map(softmax)].slice(0, text.length);
}
