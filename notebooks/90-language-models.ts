// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"codemirror_mode":"typescript","file_extension":".ts","mimetype":"text/x.typescript","name":"typescript","nbconvert_exporter":"script","pygments_lexer":"typescript"},"offprint":{"cellSeconds":120,"exclusive":false,"paper":null}}
// ---

// %% [markdown] id="title"
// # The language models of this project
//
// Six of the ten papers need a language model, and a rerun that must work offline, on a laptop, cannot download one.
// So the project trained its own and ships them: a small *draft* and a larger *target* that share a tokenizer, made from two
// centuries of presidential addresses. This notebook shows what they are, how good they are, what they cost, and how to put
// your own model in their place.

// %% [markdown] id="summary"
// ## In two minutes
//
// * **Every decoder sees one interface.** A text is opened, extended by one or many tokens in a single pass, rolled back,
//   or branched. Exact Markov chains, n-grams, the trained models and public ones all stand behind it.
// * **The models are real, and small.** LLaMA-shaped: RMSNorm, rotary positions, grouped-query attention, SwiGLU. They are
//   trained from text that is in the public domain, by a recipe of a few lines, and any of them can be rebuilt by one command.
// * **They are judged against something that is hard to beat at this size.** An n-gram model with Kneser–Ney smoothing has
//   memorised the same text. A transformer earns its place when its perplexity on addresses it never saw is clearly lower.
//
// The models run in ONNX Runtime, which is fetched when the first model is loaded (290 MB, once).

// %% [markdown] id="parameters-text"
// ## Parameters
//
// Change them here, or from the command line: `deno task run 90 --set temperature=0.7`.

// %% id="parameters" tags=["parameters"]
/** How the models are asked to begin. */
const prompt: string = "The people of the United States";
/** Below 1 the likely tokens become likelier; 1 is the model as trained. */
const temperature: number = 0.8;
/** Tokens of each sample. */
const tokens: number = 80;
/** Seed of every random stream. */
const seed: number = 1;

// %% id="imports"
import * as Plot from "@observablehq/plot";
import { sampleText } from "offprint/decoding/decoders/mod.ts";
import { softmax, totalVariation, warp } from "offprint/decoding/verification/mod.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { perplexity, train, trainingData } from "offprint/lm/training/mod.ts";
import {
  type Card,
  modelRecipe,
  NGRAM_MARGIN,
  readTransformer,
} from "offprint/lm/transformer/mod.ts";
import { md, plot, progress, table } from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";

const cards: Card[] = [];
for (const name of ["sotu-draft", "sotu-target"]) {
  const { card } = await readTransformer(name);
  if (card !== undefined) cards.push(card);
}
md`${cards.length} models with a card: ${cards.map(({ name }) => `\`${name}\``).join(", ")}.`;

// %% [markdown] id="family"
// ## The family
//
// Each model has a card, written when it was exported: the recipe, a hash of the data, the curve of its training, its
// perplexity on held-out addresses, samples. The table reads the cards.

// %% id="family-table"
table(
  cards.map(({ name, parameters, recipe, training, heldOut }) => ({
    name,
    parameters: parameters.toLocaleString("en"),
    layers: recipe.model.layers,
    width: recipe.model.width,
    tokens: training.tokens.toLocaleString("en"),
    perplexity: heldOut.perplexity,
    bits: heldOut.bitsPerCharacter,
  })),
  {
    caption: "Perplexity is per token, on 19 addresses that no model was trained on.",
    columns: [
      { key: "name", label: "model" },
      { key: "parameters", align: "right" },
      "layers",
      "width",
      { key: "tokens", label: "tokens seen", align: "right" },
      { key: "perplexity" },
      { key: "bits", label: "bits per character", digits: 3 },
    ],
  },
);

// %% [markdown] id="ngrams-text"
// ## Against n-grams
//
// An n-gram model predicts a token from the $n-1$ before it. Interpolated Kneser–Ney smoothing is the best of that kind, and
// on a few million tokens it is a serious opponent: it never has to learn what it can look up. The rule was fixed before the
// target was trained: its perplexity must lie at least 10 % below that of the best n-gram model on the same tokens.

// %% id="ngrams"
const opponents = cards[0]!.heldOut.kneserNey;
const best = Math.min(...opponents);
const mark = NGRAM_MARGIN * best;
const bars = [
  ...opponents.slice(1).map((value, i) => ({ model: `${i + 2}-gram`, kind: "Kneser–Ney", value })),
  ...cards.map(({ name, heldOut }) => ({
    model: name,
    kind: "transformer",
    value: heldOut.perplexity,
  })),
];
plot({
  title: "Perplexity on addresses that were held out",
  alt: `Bars: ${bars.map(({ model, value }) => `${model} ${value.toFixed(1)}`).join(", ")}.`,
  caption:
    `Dashed: ${NGRAM_MARGIN} times the best n-gram's, the mark that the target must reach. ` +
    `The 1-gram (${opponents[0]!.toFixed(0)}) is left out.`,
  x: { label: "perplexity per token (lower is better)", domain: [0, 70] },
  y: { label: null, domain: bars.map(({ model }) => model) },
  color: { legend: true },
  data: bars,
  marks: [
    Plot.barX(bars, { x: "value", y: "model", fill: "kind" }),
    Plot.text(bars, {
      // Beyond the dashed line where the bar ends before it.
      x: ({ value }) => Math.max(value, mark),
      y: "model",
      text: ({ value }) => value.toFixed(1),
      dx: 4,
      textAnchor: "start",
    }),
    Plot.ruleX([mark], { strokeDasharray: "4 3" }),
  ],
});

// %% id="ngrams-verdict"
const { heldOut } = cards.find(({ name }) => name === "sotu-target")!;
md`Perplexity of \`sotu-target\`: ${heldOut.perplexity.toFixed(2)}, which is ${
  heldOut.againstBestNgram.toFixed(3)
} times the best n-gram's ${best.toFixed(2)}. "At least 10 % below it" is **${
  heldOut.againstBestNgram <= NGRAM_MARGIN ? "shown" : "not shown"
}**.`;

// %% [markdown] id="curves-text"
// ## How they learned
//
// Loss in nats per token while training, on the text being learned and on a fixed part of the held-out addresses. The
// learning rate falls along half a cosine, and the last drop of each curve is its doing.

// %% id="curves"
const curves = cards.flatMap(({ name, training }) =>
  training.curve.flatMap(({ tokens, train, heldOut }) => [
    { tokens: tokens / 1e6, model: name, part: "training", nats: train },
    { tokens: tokens / 1e6, model: name, part: "held out", nats: heldOut },
  ])
);
const lines = ["training", "held out"].map((part) => curves.filter((point) => point.part === part));
plot({
  title: "Loss while training",
  alt: `Loss falls with the tokens seen; at the end ${
    cards.map(({ name, training }) =>
      `${name} has ${training.curve.at(-1)!.heldOut.toFixed(2)} nats per token on held-out text`
    ).join(", ")
  }.`,
  caption: "Solid: held-out text. Dashed: text being learned, mean since the point before. " +
    "Grey: the best n-gram model.",
  x: { label: "million tokens seen" },
  y: { label: "nats per token", domain: [2.9, 4.6], clamp: true },
  color: { legend: true },
  data: curves,
  marks: [
    Plot.ruleY([Math.log(best)], { stroke: "currentColor", strokeOpacity: 0.4 }),
    Plot.line(lines[0]!, { x: "tokens", y: "nats", stroke: "model", strokeDasharray: "4 3" }),
    Plot.line(lines[1]!, { x: "tokens", y: "nats", stroke: "model", marker: true }),
  ],
});

// %% [markdown] id="tokenizer-text"
// ## Tokens
//
// The tokenizer is byte-level BPE with 2,048 tokens, trained on the same text and saved in Hugging Face's format. Frequent
// words are one token, rare ones fall into pieces, and any Unicode text survives the round trip.

// %% id="tokenizer"
const { model: target, tokenizer } = await loadModel("sotu-target");
const { model: draft } = await loadModel("sotu-draft");
const shown = ["The state of the Union is strong.", "Quaternionic œuvre, 42 %", prompt];
table(
  shown.map((text) => {
    const ids = tokenizer.encode(text);
    return {
      text,
      tokens: ids.length,
      pieces: ids.map((id) => tokenizer.decode([id])).join("|"),
      back: tokenizer.decode(ids) === text,
    };
  }),
  { columns: ["text", "tokens", "pieces", { key: "back", label: "round trip" }] },
);

// %% [markdown] id="interface-text"
// ## One interface
//
// A `Sequence` is a growing text with its cache of keys and values. `extend` takes any number of tokens in one pass and
// returns the logits after each: with one token it is plain decoding, with several it is the *verify pass* of speculative
// decoding. `truncate` takes tokens back and costs nothing; `fork` branches.

// %% id="interface" tags=["native"]
const sequence = await target.open(tokenizer.encode(prompt));
const start = sequence.length;
const continuation = tokenizer.encode(" have the right to");
const { logits } = await sequence.extend(continuation);
const surprises = continuation.map((token, i) => {
  const before = i === 0 ? undefined : softmax(logits[i - 1]!)[token]!;
  return { token: tokenizer.decode([token]), probability: before };
});
const branch = sequence.fork();
await branch.extend(tokenizer.encode(" vote"));
sequence.truncate(start);
const lengths = { original: sequence.length, branch: branch.length };
branch.close();
table(surprises, {
  caption:
    `One pass over ${continuation.length} tokens gave the probability of each after the first. ` +
    `After truncate and fork the texts have ${lengths.original} and ${lengths.branch} tokens.`,
  columns: ["token", {
    key: "probability",
    label: "probability given what stands before",
    digits: 3,
  }],
});

// %% [markdown] id="next-text"
// ## What comes next, by draft and by target
//
// Speculative decoding works as far as the two distributions overlap. Here they are for the prompt: the target's most likely
// tokens with the probability that each model gives them.

// %% id="next" tags=["native"]
sequence.close();
const opened = [
  await target.open(tokenizer.encode(prompt)),
  await draft.open(tokenizer.encode(prompt)),
];
const [p, q] = opened.map(({ logits }) => softmax(logits)) as [Float64Array, Float64Array];
for (const text of opened) text.close();
const top = [...p.keys()].sort((a, b) => p[b]! - p[a]!).slice(0, 12);
const nextTokens = top.flatMap((token) => [
  { token: tokenizer.decode([token]), model: "target", probability: p[token]! },
  { token: tokenizer.decode([token]), model: "draft", probability: q[token]! },
]);
plot({
  title: `After “${prompt}”`,
  alt: `The target's likeliest next tokens are ${
    top.slice(0, 3).map((token) =>
      `“${tokenizer.decode([token])}” (target ${p[token]!.toFixed(2)}, draft ${
        q[token]!.toFixed(2)
      })`
    ).join(", ")
  }.`,
  caption: `The two overlap by ${(1 - totalVariation(p, q)).toFixed(2)}: ` +
    "the probability that a token proposed by the draft is accepted here.",
  x: { label: "probability", zero: true },
  y: { label: null, domain: top.map((token) => tokenizer.decode([token])) },
  color: { legend: true },
  data: nextTokens,
  marks: [
    Plot.ruleY(
      nextTokens,
      Plot.groupY({ x1: "min", x2: "max" }, { x: "probability", y: "token", strokeOpacity: 0.4 }),
    ),
    Plot.dot(nextTokens, { x: "probability", y: "token", fill: "model", r: 5 }),
  ],
});

// %% [markdown] id="samples-text"
// ## Samples
//
// The same prompt and the same random stream for both. Each writes in the style of the addresses and invents a word now and
// then. The target, nine times as large and four layers deep, holds the grammar of a sentence to its end more often.

// %% id="samples" tags=["native"]
const samples: Record<string, string> = {};
for (const model of [target, draft]) {
  const written = await sampleText({
    model,
    prompt: tokenizer.encode(prompt),
    maxTokens: tokens,
    warp: warp({ temperature }),
    random: stream(seed, "language-models", "sample"),
  });
  samples[model.name] = prompt + tokenizer.decode(written);
}
md(
  ...Object.entries(samples).map(([name, text]) =>
    `**${name}**\n\n> ${text.replaceAll("\n", "\n> ")}\n`
  ),
);

// %% [markdown] id="cost-text"
// ## What they cost
//
// Times of this run on this machine; they are not stored with the notebook. A pass over eight tokens costs little more than
// one over a single token, which is what speculative decoding lives on, and sixteen texts in one pass share the weights.

// %% id="cost" tags=["timing"]
const timed = async (repetitions: number, work: () => Promise<unknown>): Promise<number> => {
  await work();
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[repetitions >> 1]!;
};
const costs: { model: string; pass: string; ms: number; perSecond: number }[] = [];
for (const model of [draft, target]) {
  const texts = await Promise.all(
    Array.from({ length: 16 }, () => model.open(tokenizer.encode(prompt))),
  );
  const [text] = texts as [typeof texts[0], ...typeof texts];
  const before = text!.length;
  const pass = async (count: number): Promise<void> => {
    await text!.extend(continuation.slice(0, 1).concat(Array(count - 1).fill(100)));
    text!.truncate(before);
  };
  const rows: [string, number, number][] = [
    ["1 token", 1, await timed(21, () => pass(1))],
    ["8 tokens of one text", 8, await timed(21, () => pass(8))],
    [
      "1 token of each of 16 texts",
      16,
      await timed(21, async () => {
        await model.extendBatch(texts, texts.map(() => [100]));
        for (const each of texts) each.truncate(before);
      }),
    ],
  ];
  for (const [name, count, ms] of rows) {
    costs.push({ model: model.name, pass: name, ms, perSecond: 1000 * count / ms });
  }
  for (const each of texts) each.close();
}
table(costs, {
  columns: ["model", "pass", { key: "ms", label: "ms per pass", digits: 3 }, {
    key: "perSecond",
    label: "tokens per second",
    digits: 3,
  }],
});

// %% [markdown] id="training-text"
// ## Train one, now
//
// The recipe `tiny` is a model of a few hundred thousand parameters and a text of a few hundred lines, for tests. Training
// it here takes seconds: forward pass, backward pass and AdamW, as for the large ones. `deno task train sotu-target` does
// the same with the real recipe; it stops and resumes whenever you like, and takes about an hour and a half on one core.

// %% id="training" tags=["native"]
const tiny = await modelRecipe("tiny");
const scratch = new URL(`file://${await Deno.makeTempDir()}/`);
const recipe = { ...tiny, training: { ...tiny.training, engine: "onnx" as const } };
const data = await trainingData(recipe, scratch);
let bar: ReturnType<typeof progress> | undefined;
const trained = await train({ ...data, folder: scratch }, {
  onStep: ({ steps }) => (bar ??= progress("training steps", steps)).tick(),
});
await Deno.remove(scratch, { recursive: true });
table(trained.progress.curve, {
  caption: "Nats per token of the tiny model. Uniform guessing would have " +
    `${Math.log(data.config.vocab_size).toFixed(2)}.`,
  columns: ["step", "tokens", { key: "train", label: "training" }, {
    key: "heldOut",
    label: "held out",
  }],
});

// %% [markdown] id="own-model"
// ## With your own model
//
// Wherever a notebook says `loadModel("sotu-target")`, a path will do as well:
//
// * **A folder in this project's layout**, made by `deno task train NAME` from a recipe of your own
//   (`data/models/NAME/recipe.json`, text in `data/corpora/`).
// * **A public model in ONNX**, in the layout of transformers.js: `deno task download HuggingFaceTB/SmolLM2-135M-Instruct`
//   fetches it into a folder, resumable and with its hashes checked; `loadModel("out/models/HuggingFaceTB/SmolLM2-135M-Instruct")` opens it.
// * **Anything else** that implements `LanguageModel`, six methods in all; `tests/lm/conformance.ts` says whether it
//   behaves.

// %% [markdown] id="not-shown"
// ## What this does not show
//
// * The models write in one style and know nothing later than 2021. Their sentences are grammatical for a stretch, not true.
// * They are small enough for the draft to cost a fifth to a third of the target. In the papers' pairs that is a tenth or
//   less, so a measured speed-up here is a lower mark than theirs.
// * Perplexities are per token of this tokenizer. Compare bits per character with models that cut text otherwise.

// %% id="close"
await target.close();
await draft.close();
