/**
 * The `tree` suite: TreeBoN against best-of-N at the same width and length, the reading of given tokens against whole
 * distributions and against reading every prefix anew, sampling against llama.cpp, and how many caches a tree keeps.
 *
 * @module
 */
import {
  bestOfN,
  logRatioScore,
  randomScore,
  rewardFunction,
  treeBon,
  type TreeBonOptions,
} from "offprint/decoding/tree/mod.ts";
import {
  type BenchResult,
  type BenchRow,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";
import {
  type LanguageModel,
  modelReader,
  type Sequence,
  type TokenReader,
} from "offprint/lm/interface/mod.ts";
import { decodingModel } from "offprint/lm/native/mod.ts";
import { onnxReader } from "offprint/lm/onnx/mod.ts";
import { readTransformer } from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";
import { llamaTextRows } from "./tree/llama_texts.ts";

const REPETITIONS = 5;
const N = 32;
const TOKENS = 64;
const LAYERS = 4;
/** Tokens that a partial score has to read: all but the last layer's. */
const SCORED = N * TOKENS * (LAYERS - 1) / LAYERS;
const SHAPE = `sotu-draft, N = ${N}, ${TOKENS} tokens, ${LAYERS} layers of 4 children`;

/** Measures. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const { config, weights, tokenizer } = await readTransformer("sotu-draft");
  const policy = await decodingModel(config, weights, { name: "sotu-draft" });
  const reader = await onnxReader(config, weights, { name: "sotu-draft" });
  const plain = modelReader(policy);
  const prompt = tokenizer.encode("The condition of our country");
  const noise = randomScore((path) => stream(1, "noise", ...path));
  const options = (score = noise): TreeBonOptions => ({
    policy,
    // The reward costs nothing here: both decoders would pay the same for it.
    reward: rewardFunction("length", (tokens) => tokens.length),
    prompt,
    n: N,
    layers: LAYERS,
    children: 4,
    maxTokens: TOKENS,
    batch: N,
    score,
    random: (path) => stream(1, "bench", ...path),
  });
  progress("decoding");
  const decoding = await interleaved({
    best: () => bestOfN(options()),
    tree: () => treeBon(options()),
    scored: () => treeBon(options(logRatioScore("weighted", reader))),
  }, REPETITIONS);
  progress("reading");
  const { nodes } = await bestOfN(options());
  const texts = nodes.map(({ tokens }) => tokens);
  const reading = await interleaved({
    fast: () => readInSteps(reader, prompt, texts),
    plain: () => readInSteps(plain, prompt, texts),
    anew: () => readInSteps(reader, prompt, texts, { anew: true }),
    fast8: () => readInSteps(reader, prompt, texts, { layers: 8 }),
    anew8: () => readInSteps(reader, prompt, texts, { layers: 8, anew: true }),
  }, REPETITIONS);
  const llama = await llamaTextRows({
    policy,
    config,
    weights,
    prompt,
    texts: N,
    tokens: TOKENS,
    ours: () => bestOfN(options()),
    repetitions: REPETITIONS,
  }, progress);
  const caches = await mostCaches(policy, options(logRatioScore("weighted", reader)));
  await policy.close();
  await reader.close();
  const faster = (
    name: string,
    ours: number,
    peer: number,
    peerName: string,
    tokens = N * TOKENS,
  ): BenchRow => ({
    name,
    shape: SHAPE,
    ours: tokens / ours,
    peer: tokens / peer,
    peerName,
    unit: "tokens/s",
    ratio: peer / ours,
  });
  return {
    rows: [
      faster("TreeBoN without scoring", decoding.tree, decoding.best, "best-of-N"),
      faster("TreeBoN with the weighted score", decoding.scored, decoding.best, "best-of-N"),
      faster(
        "reading given tokens, one number each",
        reading.fast,
        reading.plain,
        "reading through whole distributions",
        SCORED,
      ),
      // Four layers read 1 + 2 + 3 segments anew instead of 3: two times the tokens, and no more can be won.
      faster("reading segment by segment", reading.fast, reading.anew, "every prefix anew", SCORED),
      {
        ...faster(
          "reading 8 segments one by one",
          reading.fast8,
          reading.anew8,
          "every prefix anew",
        ),
        shape: SHAPE.replace(`${LAYERS} layers`, "8 layers"),
      },
      ...llama,
      lessIsBetter({
        name: "caches of the policy at once",
        shape: SHAPE,
        ours: caches,
        peer: 1.5 * N,
        peerName: "1.5 N",
        unit: "caches",
      }),
    ],
  };
}

/** Reads all texts up to each layer's end but the last, going on or `anew` from the prompt's end. */
async function readInSteps(
  reader: TokenReader,
  prompt: readonly number[],
  texts: readonly number[][],
  { layers = LAYERS, anew = false } = {},
): Promise<void> {
  const segment = TOKENS / layers;
  const root = await reader.open(prompt);
  let open = texts.map(() => root.fork());
  for (let layer = 1; layer < layers; layer++) {
    if (anew) {
      for (const text of open) text.close();
      open = texts.map(() => root.fork());
    }
    const from = anew ? 0 : (layer - 1) * segment;
    await reader.read(open, texts.map((text) => text.slice(from, layer * segment)));
  }
  for (const text of [root, ...open]) text.close();
}

/** The most sequences of the policy that a tree had open at one time. */
async function mostCaches(policy: LanguageModel, options: TreeBonOptions): Promise<number> {
  let open = 0;
  let most = 0;
  const counted = (sequence: Sequence): Sequence => {
    most = Math.max(most, ++open);
    const { fork, close } = sequence;
    sequence.fork = () => counted(fork.call(sequence));
    sequence.close = () => {
      open--;
      close.call(sequence);
    };
    return sequence;
  };
  const watched: LanguageModel = {
    name: policy.name,
    vocabSize: policy.vocabSize,
    contextLength: policy.contextLength,
    open: async (prompt) => counted(await policy.open(prompt)),
    extendBatch: (sequences, tokens) => policy.extendBatch(sequences, tokens),
  };
  await treeBon({ ...options, policy: watched });
  return most;
}
