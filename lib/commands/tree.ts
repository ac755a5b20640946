/**
 * `deno task tree MODEL --dpo MODEL --reward MODEL --prompts FILE`: will TreeBoN pay on these models?
 *
 * @module
 */
import { z } from "zod";
import { checkedJson, jsonOf } from "offprint/checked_json.ts";
import { parse, textOptions, wholeNumber } from "offprint/command_line.ts";
import { LOG_RATIO_SCORES, logRatioScore, rewardScore } from "offprint/decoding/tree/mod.ts";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { exists, readText } from "offprint/files.ts";
import { loadModel, loadReader } from "offprint/lm/mod.ts";
import { checkSameVocabulary, type Tokenizer } from "offprint/lm/text/mod.ts";
import { resolveModel } from "offprint/lm/transformer/mod.ts";
import { type Advice, type AdviceOptions, treeAdvice } from "offprint/papers/treebon/mod.ts";
import { responseReward, RewardModel } from "offprint/preference/reward/mod.ts";
import type { Command } from "../kit/command.ts";

const USAGE = `deno task tree MODEL --dpo MODEL --reward MODEL --prompts FILE [options]

Says whether TreeBoN will pay: draws plain samples of MODEL, measures how well every partial score knows the final
reward at the end of each segment, and predicts how often a tree would have a higher reward than best-of-N. Models are
names in data/models or folders; MODEL and --dpo need one vocabulary.

  --dpo MODEL        the preference-tuned policy
  --reward MODEL     a reward model, as deno task train writes it
  --prompts FILE     one prompt a line, or JSON lines {"prompt": "…"}
  --reference MODEL  what --dpo was tuned from (default: MODEL, unless its record names another)
  --n N              width of the tree (default 16)
  --layers N         (default 4)
  --children N       (default 4)
  --tokens N         longest response (default 64)
  --samples N        plain samples in all (default 50)
  --seed N           (default 1)
  --json             print the numbers as JSON
  --help             this text`;

/** The command. */
export const command: Command = {
  name: "tree",
  summary: "predict whether TreeBoN pays on a model",
  usage: USAGE,
  run,
};

async function run(args: string[]): Promise<number> {
  const { values, option, positionals } = parse("tree", args, {
    ...textOptions("dpo", "reward", "prompts", "reference"),
    ...textOptions("n", "layers", "children", "tokens", "samples", "seed"),
    json: { type: "boolean" },
  }, true);
  const [name, ...more] = positionals;
  const [dpo, rewardName, file] = ["dpo", "reward", "prompts"].map(option);
  if (
    name === undefined || more.length > 0 || dpo === undefined || rewardName === undefined ||
    file === undefined
  ) {
    throw new UserError({
      what: "deno task tree",
      got: args.join(" ") || undefined,
      expected: "one model, --dpo MODEL, --reward MODEL and --prompts FILE",
      todo: "See deno task tree --help.",
    });
  }
  const size = (name: string, standard: number, least = 1): number =>
    option(name) === undefined ? standard : wholeNumber(`--${name}`, option(name)!, least);
  const tree = {
    n: size("n", 16),
    layers: size("layers", 4, 2),
    children: size("children", 4),
    maxTokens: size("tokens", 64),
  };
  const advice = await advised(
    { name, dpo, reward: rewardName, file, reference: option("reference") },
    { ...tree, samples: size("samples", 50, 10), seed: size("seed", 1, 0) },
  );
  if (values["json"]) {
    console.log(JSON.stringify({ model: name, ...tree, scores: advice }, null, 2));
  } else console.log(adviceText(advice, tree));
  return 0;
}

interface Names {
  name: string;
  dpo: string;
  reward: string;
  file: string;
  reference: string | undefined;
}

async function advised(
  { name, dpo, reward: rewardName, file, reference }: Names,
  tree: Pick<AdviceOptions, "n" | "layers" | "children" | "maxTokens" | "samples" | "seed">,
): Promise<Advice[]> {
  const referenceName = reference ?? await referenceOf(name, dpo);
  const policy = await loadModel(name);
  const tuned = await loadReader(dpo);
  const other = referenceName === undefined ? undefined : await loadReader(referenceName);
  const { model: rewardModel, tokenizer: rewardTokenizer } = await RewardModel.load(rewardName);
  try {
    const { tokenizer } = policy;
    const own = { name, tokenizer };
    checkSameVocabulary(own, { name: dpo, tokenizer: tuned.tokenizer });
    checkSameVocabulary(own, { name: rewardName, tokenizer: rewardTokenizer });
    if (other !== undefined) {
      checkSameVocabulary(own, { name: referenceName!, tokenizer: other.tokenizer });
    }
    const reward = responseReward(rewardModel, { name: rewardName, end: tokenizer.eos });
    const scores = LOG_RATIO_SCORES.map((score) =>
      logRatioScore(score, tuned.reader, other === undefined ? {} : { reference: other.reader })
    );
    return await treeAdvice({
      ...tree,
      policy: policy.model,
      prompts: await readPrompts(file, tokenizer, policy.model.contextLength - tree.maxTokens),
      reward,
      scores: [...scores, rewardScore(reward)],
      ...(tokenizer.ends.length === 0 ? {} : { stop: tokenizer.ends }),
    });
  } finally {
    for (const one of [policy.model, tuned.reader, other?.reader, rewardModel]) await one?.close();
  }
}

const recordSchema = z.object({ recipe: z.object({ base: z.string() }) });

/**
 * The reference of a tuned policy, where its record names another model than the one that writes.
 *
 * @throws {UserError} then: it has to be given.
 */
async function referenceOf(name: string, dpo: string): Promise<string | undefined> {
  const record = new URL("training.json", await resolveModel(dpo));
  if (!await exists(record)) return undefined;
  const what = decodeURIComponent(record.pathname);
  const { recipe: { base } } = checkedJson(recordSchema, await readText(record), { what });
  const same = (await resolveModel(base)).href === (await resolveModel(name)).href;
  if (same) return undefined;
  throw new UserError({
    what: `--dpo ${dpo}`,
    got: new Described(`a policy that was tuned from "${base}", while "${name}" writes`),
    expected: "its reference beside it",
    todo: `Give --reference ${base}, or let ${base} write.`,
  });
}

/**
 * Reads prompts as token ids.
 *
 * @param room tokens that a prompt may have.
 * @throws {UserError} for a file without prompts, a line that is not one, or a prompt that leaves no room.
 */
async function readPrompts(file: string, tokenizer: Tokenizer, room: number): Promise<number[][]> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    throw new UserError({
      what: "--prompts",
      got: error instanceof Deno.errors.NotFound
        ? new Described(`no file ${file}`)
        : new Described(messageOf(error)),
      expected: "a file with one prompt a line",
    });
  }
  const prompts: number[][] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const what = `${file}, line ${index + 1}`;
    const prompt = line.startsWith("{") ? promptOf(jsonOf(line, { what }), what) : line;
    const tokens = tokenizer.encode(prompt);
    if (tokens.length === 0 || tokens.length > room) {
      throw new UserError({
        what,
        got: new Described(`a prompt of ${tokens.length} tokens`),
        expected: `1 to ${Math.max(0, room)}, so that the response fits into the context`,
        todo: "Shorten the prompt, or ask for fewer --tokens.",
      });
    }
    prompts.push(tokens);
  }
  if (prompts.length > 0) return prompts;
  throw new UserError({ what: file, got: new Described("no prompts"), expected: "one a line" });
}

function promptOf(value: unknown, what: string): string {
  const parsed = z.object({ prompt: z.string() }).safeParse(value);
  if (parsed.success) return parsed.data.prompt;
  throw new UserError({ what, got: value, expected: 'an object like {"prompt": "…"}' });
}

function adviceText(
  advice: readonly Advice[],
  { n, layers, children, maxTokens }: {
    n: number;
    layers: number;
    children: number;
    maxTokens: number;
  },
): string {
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const lines = [
    `N = ${n}, ${layers} layers of ${children} children, ${maxTokens} tokens; reward decides, best-of-${n} is the rival.`,
    "",
    `${"partial score".padEnd(15)}${
      "correlation with the final reward".padEnd(38)
    }predicted win rate`,
  ];
  for (const { score, boundaries, prediction, verdict } of advice) {
    const correlations = boundaries.map(({ mean }) => mean.toFixed(2)).join("  ");
    const { mean, low, high } = prediction;
    lines.push(
      `${score.padEnd(15)}${correlations.padEnd(38)}` +
        `${percent(mean)} (${percent(low)} to ${percent(high)}): ${verdict}`,
    );
  }
  const samples = advice[0]?.boundaries[0]?.n ?? 0;
  lines.push(
    "",
    `${samples} plain samples. The interval is that of the correlations, 95 %; at equal tokens the tree takes more work.`,
  );
  return lines.join("\n");
}
