/**
 * Turns a trained state into the folder that is committed: weights, configuration, tokenizer, card.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { type Card, cardPage, checkedCard } from "../transformer/card.ts";
import type { Progress } from "./checkpoint.ts";
import { corpusRecipe } from "../corpora/corpus.ts";
import { evaluate, evaluateNgrams, perplexity } from "./evaluation.ts";
import { onnxModel } from "../onnx/transformer_model.ts";
import type { Tensor } from "../transformer/safetensors.ts";
import { encodeWeights, prettyJson, writeModel } from "../transformer/write_model.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { TrainingData } from "./batches/training_data.ts";
import { parameterCount, tensorShapes } from "../transformer/config.ts";
import type { LanguageModel } from "../interface/language_model.ts";

const HIGHEST_ORDER = 6;
const SAMPLES = 2;
const SAMPLE_TOKENS = 120;

/**
 * Writes the model into `folder` (ends with a slash). All numbers of the card are those of the float16
 * weights as they are written, run by the default runtime.
 */
export async function exportModel(
  data: TrainingData,
  trained: { finished: boolean; progress: Progress; weights: ReadonlyMap<string, Float32Array> },
  folder: URL,
  onNote: (line: string) => void = () => {},
): Promise<Card> {
  const { config, recipe, tokenizer, heldOut } = data;
  const tensors = new Map<string, Tensor>();
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of tensorShapes(config)) {
    // Whoever loads the folder has these weights; the card must speak of them.
    const rounded = Float32Array.from(new Float16Array(trained.weights.get(name)!));
    tensors.set(name, { shape, data: rounded });
    weights.set(name, rounded);
  }
  onNote("measuring Kneser–Ney models on the held-out text");
  const ngrams = evaluateNgrams(data.train, heldOut, {
    order: HIGHEST_ORDER,
    vocabSize: config.vocab_size,
    bos: config.bos_token_id,
  }).map(perplexity);
  const model = await onnxModel(config, weights, { name: recipe.name });
  const score = await evaluate(
    model,
    heldOut,
    (done) => onNote(`measured ${done} of ${heldOut.length} held-out documents`),
  );
  const samples: string[] = [];
  for (let seed = 1; seed <= SAMPLES; seed++) samples.push(await sample(model, tokenizer, seed));
  await model.close();

  const corpus = await corpusRecipe(recipe.corpus);
  const count = (documents: readonly { tokens: Int32Array }[]): number =>
    documents.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const encoded = await encodeWeights(tensors);
  const card = checkedCard("card.json", {
    format: 1,
    name: recipe.name,
    recipe,
    finished: trained.finished,
    parameters: parameterCount(config),
    weights: encoded.sha256,
    licence: corpus.licence,
    data: {
      title: corpus.title,
      sha256: data.documentsHash,
      trainTokens: count(data.train),
      heldOutTokens: count(heldOut),
      heldOutDocuments: heldOut.map(({ name }) => name),
    },
    training: {
      steps: trained.progress.step,
      tokens: trained.progress.tokens,
      curve: trained.progress.curve,
    },
    heldOut: {
      natsPerToken: score.nats / score.tokens,
      perplexity: perplexity(score),
      bitsPerCharacter: score.nats / Math.LN2 / data.heldOutCharacters,
      kneserNey: ngrams,
      againstBestNgram: perplexity(score) / Math.min(...ngrams),
    },
    samples,
  });
  await writeModel(folder, encoded, [
    ["config.json", prettyJson(config)],
    ["tokenizer.json", `${JSON.stringify(data.tokenizerFiles.tokenizer)}\n`],
    ["tokenizer_config.json", prettyJson(data.tokenizerFiles.config)],
    ["README.md", cardPage(card)],
    ["card.json", prettyJson(card)],
  ]);
  return card;
}

/** A text drawn from the model itself, from its begin-of-text token on. */
async function sample(model: LanguageModel, tokenizer: Tokenizer, seed: number): Promise<string> {
  const random = stream(seed, "card-sample");
  const sequence = await model.open([]);
  const tokens: number[] = [];
  while (tokens.length < Math.min(SAMPLE_TOKENS, model.contextLength)) {
    const largest = sequence.logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const token = random.categorical(
      Float64Array.from(sequence.logits, (x) => Math.exp(x - largest)),
    );
    if (token === tokenizer.eos) break;
    tokens.push(token);
    await sequence.extend([token]);
  }
  sequence.close();
  return tokenizer.decode(tokens);
}
