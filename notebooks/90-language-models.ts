// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"codemirror_mode":"typescript","file_extension":".ts","mimetype":"text/x.typescript","name":"typescript","nbconvert_exporter":"script","pygments_lexer":"typescript"},"offprint":{"cellSeconds":120,"exclusive":false,"paper":null}}
// ---

// %% [markdown] id="title"
// # The language models of this project
//
// Six of the ten papers need a language model, and a rerun that must work offline, on a laptop, cannot download one. So the
// project trained its own and ships them: a small *draft* and a larger *target* that share a tokenizer, made from two
// centuries of presidential addresses. This notebook shows what they are, how good they are, what they cost, and how to put
// your own model in their place.

// %% [markdown] id="summary"
// ## In two minutes
//
// * **Every decoder sees one interface.** A text is opened, extended by one or many tokens in a single pass, taken back to an
//   earlier length, or branched. Exact Markov chains, n-grams, the trained models and public ones all implement it.
// * **The models are real, and small.** They have LLaMA's shape: RMSNorm, rotary positions, grouped-query attention, SwiGLU.
//   They are trained on text in the public domain by a recipe of a few lines, and one command rebuilds any of them.
// * **They are compared with a strong opponent.** At this size an n-gram model with Kneser–Ney smoothing is hard to beat,
//   because it has memorised the same text. A transformer is worth its cost when its perplexity on addresses that it never
//   saw is clearly lower.
//
// The models run in the kernels of this project, which are compiled once (some seconds), or, where there is no compiler, in ONNX Runtime.
// Training runs in ONNX Runtime everywhere; it is fetched when it is first needed (290 MB, once).

// %% id="imports" tags=["imports"]
import * as Plot from "@observablehq/plot";
import { sampleText } from "offprint/decoding/decoders/mod.ts";
import { softmax, totalVariation, warp } from "offprint/decoding/verification/mod.ts";
import type { LanguageModel, Sequence } from "offprint/lm/interface/mod.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { train, trainingData } from "offprint/lm/training/mod.ts";
import {
  type Card,
  modelRecipe,
  NGRAM_MARGIN,
  readTransformer,
} from "offprint/lm/transformer/mod.ts";
import { display, md, plot, progress, table } from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import { medianTimesMs } from "offprint/timing.ts";

// %% [markdown] id="idea"
// ## The idea: what comes next
//
// A language model gives every token of its vocabulary a probability of being the next one. Here are the target's most likely
// tokens after a few words, with the probability that the target and the draft give each of them. Speculative decoding works
// as far as the two distributions overlap: the overlap is the probability that a token which the draft proposes here is
// accepted.

// %% id="idea-next" tags=["native"]
// change me: after "Fellow-citizens of the Senate and House of" both models are certain, and overlap.
const beginning = "The people of the United States";
const { model: target, tokenizer } = await loadModel("sotu-target");
const { model: draft } = await loadModel("sotu-draft");
const probabilitiesAfter = async (model: LanguageModel, text: string) => {
  const sequence = await model.open(tokenizer.encode(text));
  const probabilities = softmax(sequence.logits);
  sequence.close();
  return probabilities;
};
const byTarget = await probabilitiesAfter(target, beginning);
const byDraft = await probabilitiesAfter(draft, beginning);
const overlap = 1 - totalVariation(byTarget, byDraft);
const top = [...byTarget.keys()].sort((a, b) => byTarget[b]! - byTarget[a]!).slice(0, 12);

// %% id="idea-figure" tags=["drawing","native"]
const nextTokens = top.flatMap((token) => [
  { token: tokenizer.decode([token]), model: "target", probability: byTarget[token]! },
  { token: tokenizer.decode([token]), model: "draft", probability: byDraft[token]! },
]);
await display(plot({
  title: `After “${beginning}”`,
  alt: `The target's likeliest next tokens are ${
    top.slice(0, 3).map((token) =>
      `“${tokenizer.decode([token])}” (target ${byTarget[token]!.toFixed(2)}, draft ${
        byDraft[token]!.toFixed(2)
      })`
    ).join(", ")
  }.`,
  caption: `The two distributions overlap by ${
    overlap.toFixed(2)
  }: with this probability a token of the draft is accepted here.`,
  x: { label: "probability", zero: true },
  y: { label: null, domain: top.map((token) => tokenizer.decode([token])) },
  color: { legend: true, label: "model", domain: ["target", "draft"] },
  data: nextTokens,
  marks: [
    Plot.ruleY(
      nextTokens,
      Plot.groupY({ x1: "min", x2: "max" }, { x: "probability", y: "token", strokeOpacity: 0.4 }),
    ),
    Plot.dot(nextTokens, { x: "probability", y: "token", fill: "model", r: 5 }),
  ],
}));

// %% [markdown] id="idea-short"
// **In short.** A language model is a distribution over the next token, one for every text that may stand before it. The
// more the distributions of two models overlap, the more often one of them can draft for the other.

// %% [markdown] id="parameters-text"
// ## Parameters
//
// Change them here, or from the command line: `deno task run 90 --set temperature=0.7`.

// %% id="parameters" tags=["parameters"]
/**
 * How the models are asked to begin.
 * Change me: "My fellow citizens" makes the samples go on from there.
 */
const prompt: string = "The people of the United States";
/**
 * Below 1 the likely tokens become likelier; 1 is the model as trained.
 * Change me: at 0.3 the samples repeat themselves.
 * @range 0.01 or more
 */
const temperature: number = 0.8;
/**
 * Tokens of each sample.
 * Change me: 200 tokens show for how long each model keeps to a subject.
 * @range 1 or more by 1 @unit tokens
 */
const tokens: number = 80;
/**
 * Seed of every random stream.
 * Change me: 2 gives other samples of the same models.
 * @range 0 or more by 1
 */
const seed: number = 1;

// %% [markdown] id="family"
// ## The family
//
// Each model has a card, written when it was exported: the recipe, a hash of the data, the curve of its training, its
// perplexity on held-out addresses, samples. *Perplexity* is the number of equally likely tokens among which a choice would
// be as uncertain as the model is on average. The table reads the cards.

// %% id="family-table"
const cards: Card[] = [];
for (const name of ["sotu-draft", "sotu-target"]) {
  const { card } = await readTransformer(name);
  if (card !== undefined) cards.push(card);
}
await display(table(
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
));

// %% [markdown] id="ngrams-text"
// ## Against n-grams
//
// An n-gram model predicts a token from the $n-1$ tokens before it. Interpolated Kneser–Ney smoothing is the best of that
// kind, and on a few million tokens it is a serious opponent, because it never has to learn what it can look up. The rule
// was fixed before the target was trained: its perplexity must lie at least 10 % below that of the best n-gram model on the
// same tokens.

// %% id="ngrams"
const opponents = cards[0]!.heldOut.kneserNey;
const best = Math.min(...opponents);
const mark = NGRAM_MARGIN * best;
const { heldOut } = cards.find(({ name }) => name === "sotu-target")!;
await display(
  md`The perplexity of \`sotu-target\` is ${heldOut.perplexity.toFixed(2)}, which is ${
    heldOut.againstBestNgram.toFixed(3)
  } times that of the best n-gram model, ${best.toFixed(2)}. "At least 10 % below it" is **${
    heldOut.againstBestNgram <= NGRAM_MARGIN ? "shown" : "not shown"
  }**.`,
);

// %% id="ngrams-figure" tags=["drawing"]
const bars = [
  ...opponents.slice(1).map((value, i) => ({ model: `${i + 2}-gram`, kind: "Kneser–Ney", value })),
  ...cards.map(({ name, heldOut }) => ({
    model: name,
    kind: "transformer",
    value: heldOut.perplexity,
  })),
];
await display(plot({
  title: "Perplexity on addresses that were held out",
  alt: `Bars: ${bars.map(({ model, value }) => `${model} ${value.toFixed(1)}`).join(", ")}.`,
  caption:
    `Dashed: ${NGRAM_MARGIN} times the best n-gram model's, which the target must not exceed. ` +
    `The 1-gram (${opponents[0]!.toFixed(0)}) is left out.`,
  x: { label: "perplexity per token (lower is better)", domain: [0, 70] },
  y: { label: null, domain: bars.map(({ model }) => model) },
  color: { legend: true, label: "kind of model" },
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
}));

// %% [markdown] id="ngrams-short"
// **In short.** The n-gram models learn by looking up what they have seen, and set the mark on the same tokens. The rule asks
// that the target be clearly below it; the draft need not be, since it only proposes.

// %% [markdown] id="curves-text"
// ## How they learned
//
// The figure shows the loss in nats per token during training, on the text being learned and on a fixed part of the
// held-out addresses. (The loss in nats is the logarithm of the perplexity.) The learning rate falls along half a cosine;
// the last drop of each curve comes from its end.

// %% id="curves" tags=["drawing"]
const curves = cards.flatMap(({ name, training }) =>
  training.curve.flatMap(({ tokens, train, heldOut }) => [
    { tokens: tokens / 1e6, model: name, part: "training", nats: train },
    { tokens: tokens / 1e6, model: name, part: "held out", nats: heldOut },
  ])
);
const lines = ["training", "held out"].map((part) => curves.filter((point) => point.part === part));
await display(plot({
  title: "Loss during training",
  alt: `Loss falls with the tokens seen; at the end ${
    cards.map(({ name, training }) =>
      `${name} has ${training.curve.at(-1)!.heldOut.toFixed(2)} nats per token on held-out text`
    ).join(", ")
  }.`,
  caption: "Solid: held-out text. Dashed: text being learned, mean since the point before. " +
    "Grey: the best n-gram model.",
  x: { label: "million tokens seen" },
  y: { label: "nats per token", domain: [2.9, 4.6], clamp: true },
  color: { legend: true, label: "model" },
  data: curves,
  marks: [
    Plot.ruleY([Math.log(best)], { stroke: "currentColor", strokeOpacity: 0.4 }),
    Plot.line(lines[0]!, { x: "tokens", y: "nats", stroke: "model", strokeDasharray: "4 3" }),
    Plot.line(lines[1]!, { x: "tokens", y: "nats", stroke: "model", marker: true }),
  ],
}));

// %% [markdown] id="tokenizer-text"
// ## Tokens
//
// The tokenizer is a byte-level BPE with 2,048 tokens, trained on the same text and saved in Hugging Face's format. Frequent
// words are one token, rare ones fall into pieces, and any Unicode text comes back unchanged.

// %% id="tokenizer" tags=["native"]
// change me: ["Guten Morgen!"] takes a token for every letter or two, since the tokenizer has seen no German.
const sentences = ["The state of the Union is strong.", "Quaternionic œuvre, 42 %", prompt];
await display(table(
  sentences.map((text) => {
    const ids = tokenizer.encode(text);
    return {
      text,
      tokens: ids.length,
      pieces: ids.map((id) => tokenizer.decode([id])).join("|"),
      back: tokenizer.decode(ids) === text,
    };
  }),
  { columns: ["text", "tokens", "pieces", { key: "back", label: "comes back unchanged" }] },
));

// %% [markdown] id="interface-text"
// ## One interface
//
// A `Sequence` is a growing text with its cache of keys and values. `extend` takes any number of tokens in one pass and
// returns the logits after each. With one token this is plain decoding; with several it is the *verify pass* of speculative
// decoding. `truncate` takes tokens back and costs nothing, and `fork` makes a branch.

// %% id="interface" tags=["native"]
const sequence = await target.open(tokenizer.encode(prompt));
const start = sequence.length;
const continuation = tokenizer.encode(" have the right to");
const { logits } = await sequence.extend(continuation);
const surprises = continuation.slice(1).map((token, i) => ({
  token: tokenizer.decode([token]),
  probability: softmax(logits[i]!)[token]!,
}));
const branch = sequence.fork();
await branch.extend(tokenizer.encode(" vote"));
sequence.truncate(start);
const lengths = { original: sequence.length, branch: branch.length };
branch.close();
sequence.close();
await display(table(surprises, {
  caption:
    `One pass over ${continuation.length} tokens gave the probability of each after the first. ` +
    `After truncate and fork the texts have ${lengths.original} and ${lengths.branch} tokens.`,
  columns: ["token", {
    key: "probability",
    label: "probability given the text before it",
    digits: 3,
  }],
}));

// %% [markdown] id="interface-short"
// **In short.** Whatever a model is made of, decoders need only these few methods. A pass over several tokens and a free
// way back are what speculative decoding is built on.

// %% [markdown] id="samples-text"
// ## Samples
//
// Both models get the same prompt and the same random stream. Both write in the style of the addresses and invent a word now
// and then. The larger target more often holds the grammar of a sentence to its end.

// %% id="samples" tags=["native"]
const samples: string[] = [];
for (const model of [target, draft]) {
  const written = await sampleText({
    model,
    prompt: tokenizer.encode(prompt),
    maxTokens: tokens,
    warp: warp({ temperature }),
    random: stream(seed, "language-models", "sample"),
  });
  const text = prompt + tokenizer.decode(written);
  samples.push(`**${model.name}**\n\n> ${text.replaceAll("\n", "\n> ")}\n`);
}
await display(md(...samples));

// %% [markdown] id="cost-text"
// ## What they cost
//
// The times are those of this run on this machine, and are not stored with the notebook. A pass over eight tokens costs
// little more than a pass over a single one; speculative decoding saves time only because of this. And sixteen texts in one
// pass share the weights.

// %% id="cost" tags=["timing"]
const opened: Sequence[] = [];
const passesOf = async (model: LanguageModel) => {
  const texts = await Promise.all(
    Array.from({ length: 16 }, () => model.open(tokenizer.encode(prompt))),
  );
  opened.push(...texts);
  const text = texts[0]!;
  const before = text.length;
  const extendBy = (count: number) => async () => {
    await text.extend(Array(count).fill(100));
    text.truncate(before);
  };
  const extendAll = async () => {
    await model.extendBatch(texts, texts.map(() => [100]));
    for (const each of texts) each.truncate(before);
  };
  return [
    { model: model.name, pass: "1 token", count: 1, work: extendBy(1) },
    { model: model.name, pass: "8 tokens of one text", count: 8, work: extendBy(8) },
    { model: model.name, pass: "1 token of each of 16 texts", count: 16, work: extendAll },
  ];
};
const timedPasses = [...await passesOf(draft), ...await passesOf(target)];
const passMs = await medianTimesMs(timedPasses.map(({ work }) => work), { rounds: 21 });

// %% id="cost-table" tags=["timing","drawing"]
for (const each of opened) each.close();
await display(table(
  timedPasses.map(({ model, pass, count }, k) => ({
    model,
    pass,
    ms: passMs[k]!,
    perSecond: 1000 * count / passMs[k]!,
  })),
  {
    columns: ["model", "pass", { key: "ms", label: "ms per pass", digits: 3 }, {
      key: "perSecond",
      label: "tokens per second",
      digits: 3,
    }],
  },
));
await display(
  md`Here a pass of the draft over one token takes **${
    (100 * passMs[0]! / passMs[3]!).toFixed(0)
  } %** of the time of a pass of the target. In SpecDec++'s pair of 7 B and 70 B parameters it takes about 22 % (notebook
  10 takes its latency ratio of 4.5 from there).`,
);

// %% [markdown] id="training-text"
// ## Train one, now
//
// The recipe `tiny` is a model of a few hundred thousand parameters and a text of a few hundred lines, made for tests. To
// train it here takes seconds: forward pass, backward pass and AdamW, as for the large ones. `deno task train sotu-target`
// does the same with the real recipe. It can be stopped and resumed at any time, and takes about an hour and a half on one
// core.

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
await display(table(trained.progress.curve, {
  caption: "Nats per token of the tiny model. Uniform guessing would have " +
    `${Math.log(data.config.vocab_size).toFixed(2)}.`,
  columns: ["step", "tokens", { key: "train", label: "training" }, {
    key: "heldOut",
    label: "held out",
  }],
}));

// %% [markdown] id="own-model"
// ## With your own model
//
// Wherever a notebook says `loadModel("sotu-target")`, a path will do as well:
//
// * **A folder in this project's layout**, made by `deno task train NAME` from a recipe of your own
//   (`data/models/NAME/recipe.json`, text in `data/corpora/`).
// * **A public model in ONNX**, in the layout of transformers.js: `deno task download HuggingFaceTB/SmolLM2-135M-Instruct`
//   fetches it into a folder and checks its hashes; a download that was interrupted resumes.
//   `loadModel("out/models/HuggingFaceTB/SmolLM2-135M-Instruct")` opens it.
// * **Anything else** that implements `LanguageModel`, six methods in all; `tests/lm/conformance.ts` says whether it
//   behaves as the decoders expect.

// %% [markdown] id="not-shown"
// ## What this does not show
//
// * The models write in one style and know nothing later than 2021. Their sentences are grammatical for a while, and not
//   true.
// * A speed-up that is measured with this pair says little about other pairs. It depends on how much of the target's time the
//   draft takes (see above) and on how often its tokens are accepted, and both differ from pair to pair.
// * Perplexities are per token of this tokenizer. To compare with models that cut text in another way, use bits per
//   character.

// %% id="close" tags=["imports","native"]
const closed = await Promise.all([target.close(), draft.close()]);
