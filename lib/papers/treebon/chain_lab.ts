/**
 * TreeBoN on chains (section 7(b) of paper 01's spec): small worlds in which the reward, the base and the exact
 * preference-tuned policy are tables.
 *
 * @module
 */
import { correlation } from "offprint/correlation.ts";
import { tokenAt } from "offprint/decoding/verification/mod.ts";
import {
  LOG_RATIO_SCORES,
  type LogRatioName,
  ranked,
  RunningScore,
} from "offprint/decoding/tree/mod.ts";
import { dirichletChain } from "offprint/lm/exact/mod.ts";
import { type Random, stream } from "offprint/random.ts";
import { type ChainTask, type ExactPolicy, exactPolicy, mixedLogRatios } from "./exact_policy.ts";
import { type CountReward, fitCountReward } from "./token_counts.ts";

/** A world: the task, the scores' sources. */
export interface ChainLab {
  task: ChainTask;
  exact: ExactPolicy;
  /** Log-ratios of the policy that scores: `ratios[step][previous · V + token]`. */
  ratios: readonly Float64Array[];
  /** Standard deviation of what is added to each log-ratio of a node, drawn anew for each token; nats. */
  noise: number;
  /** Learned from 400 whole texts. */
  counts: CountReward;
  seed: number;
}

/** How a world is made. */
export interface ChainLabOptions {
  seed: number;
  /** Tokens of a text. Default 64. */
  horizon?: number;
  /** Of the preference-tuned policy. Default 4. */
  beta?: number;
  /** Share of the exact log-ratios that was learned. Default 1. */
  learned?: number;
  /** Standard deviation of the noise on every log-ratio that a score reads, nats. Default 0. */
  noise?: number;
  /**
   * `steady`: 1 for each of the first four tokens of the vocabulary, −1 for a repetition. `first token`: the first token
   * of the text decides most of it. Default `steady`.
   */
  reward?: "steady" | "first token";
}

/** Words of the chains. */
const VOCABULARY = 16;

/** Makes a world; its chain depends on the seed alone. */
export function chainLab(
  { seed, horizon = 64, beta = 4, learned = 1, noise = 0, reward = "steady" }: ChainLabOptions,
): ChainLab {
  const base = dirichletChain({
    name: "base of the tree's world",
    vocabSize: VOCABULARY,
    seed,
    concentration: 0.5,
  });
  const task = { base, horizon, beta, reward: rewardOf(reward, seed) };
  const exact = exactPolicy(task);
  const logRatio = learned === 1 ? exact.logRatio : mixedLogRatios(task, exact, learned);
  const ratios = Array.from({ length: horizon + 1 }, (_, step) =>
    Float64Array.from(
      { length: step === 0 ? 0 : step === 1 ? VOCABULARY : VOCABULARY ** 2 },
      (_, i) => logRatio(step, Math.floor(i / VOCABULARY), i % VOCABULARY),
    ));
  const texts = Array.from(
    { length: 400 },
    (_, i) => drawText(task, stream(seed, "texts of the count reward", i)),
  );
  const counts = fitCountReward(texts, texts.map((text) => totalReward(task, text)), VOCABULARY);
  return { task, exact, ratios, noise, counts, seed };
}

function rewardOf(kind: "steady" | "first token", seed: number): ChainTask["reward"] {
  if (kind === "steady") {
    return (step, previous, token) =>
      (token < 4 ? 1 : 0) - (step > 1 && token === previous ? 1 : 0);
  }
  const worth = (...names: (string | number)[]) => stream(seed, "worth", ...names).normal();
  const first = Array.from({ length: VOCABULARY }, (_, token) => 10 * worth("first", token));
  const later = Array.from(
    { length: VOCABULARY ** 2 },
    (_, i) => 0.25 * worth("later", Math.floor(i / VOCABULARY), i % VOCABULARY),
  );
  return (step, previous, token) =>
    step === 1 ? first[token]! : later[previous * VOCABULARY + token]!;
}

/** A text of the base. */
export function drawText({ base, horizon }: ChainTask, random: Random): number[] {
  const text: number[] = [];
  for (let step = 1; step <= horizon; step++) {
    text.push(tokenAt(base.row(step, text.at(-1) ?? 0), random.uniform()));
  }
  return text;
}

/** The reward of a text, or of a prefix. */
export function totalReward({ reward }: ChainTask, text: readonly number[]): number {
  return text.reduce((sum, token, i) => sum + reward(i + 1, text[i - 1] ?? 0, token), 0);
}

/** Names of the partial scores of a world. */
export const CHAIN_SCORES = [...LOG_RATIO_SCORES, "rm", "random", "oracle"] as const;

/** One of them. */
export type ChainScore = typeof CHAIN_SCORES[number];

/** A tree in a world; with one layer it is best-of-N. */
export interface ChainTree {
  n: number;
  children: number;
  layers: number;
  score: ChainScore;
  /** Streams by path, as the decoders ask for them; with −1 in front those of the noise. */
  random: (path: readonly number[]) => Random;
}

interface ChainNode {
  text: number[];
  running: RunningScore;
  random: Random;
  /** Of the noise; its own for every node. */
  noise: Random;
  path: number[];
}

/**
 * The text that TreeBoN chooses, and its reward: the same as the decoder on the chain's language model, a hundred
 * times as fast. (Log-ratios come from the tables, so the policy that scores need not be a model.)
 */
export function chainTree(
  lab: ChainLab,
  { n, children, layers, score, random }: ChainTree,
): { text: number[]; reward: number } {
  const { task } = lab;
  const segment = Math.floor(task.horizon / layers);
  const name: LogRatioName = LOG_RATIO_SCORES.find((each) => each === score) ?? "sum";
  let nodes = Array.from({ length: n }, (_, root): ChainNode => ({
    text: [],
    running: new RunningScore(name),
    random: random([root]),
    noise: random([-1, root]),
    path: [root],
  }));
  for (let layer = 1;; layer++) {
    const last = layer === layers;
    for (const node of nodes) extend(lab, node, last ? task.horizon : layer * segment);
    if (last) break;
    const scores = nodes.map((node) => scoreOf(lab, node, score));
    const kept = ranked(scores).slice(0, n / children).toSorted((a, b) => a - b);
    nodes = kept.flatMap((i) => {
      const parent = nodes[i]!;
      return Array.from({ length: children }, (_, child): ChainNode => ({
        text: [...parent.text],
        running: parent.running.fork(),
        random: child === 0 ? parent.random : random([...parent.path, child]),
        noise: random([-1, ...parent.path, child]),
        path: [...parent.path, child],
      }));
    });
  }
  const rewards = nodes.map(({ text }) => totalReward(task, text));
  const best = ranked(rewards)[0]!;
  return { text: nodes[best]!.text, reward: rewards[best]! };
}

function extend({ task, ratios, noise }: ChainLab, node: ChainNode, length: number): void {
  const { base } = task;
  const { text, running } = node;
  const absolute = running.name === "logp-mean";
  while (text.length < length) {
    const step = text.length + 1;
    const previous = step === 1 ? 0 : text[step - 2]!;
    const row = base.row(step, previous);
    const token = tokenAt(row, node.random.uniform());
    const exact = ratios[step]![previous * row.length + token]!;
    const ratio = noise === 0 ? exact : exact + noise * node.noise.normal();
    running.add(absolute ? ratio + Math.log(row[token]!) : ratio, 0);
    text.push(token);
  }
}

/** A partial score of a node's text. */
function scoreOf(
  { task, exact, counts, seed }: ChainLab,
  { text, running, path }: ChainNode,
  score: ChainScore,
): number {
  if (score === "rm") return counts.score(text);
  if (score === "random") return stream(seed, "random score", text.length, ...path).normal();
  if (score === "oracle") {
    return totalReward(task, text) + exact.value(text.length + 1, text.at(-1)!);
  }
  return running.value;
}

/**
 * Correlation of a partial score with the final reward at the end of each segment but the last, over texts that
 * nothing has selected.
 */
export function boundaryCorrelations(
  lab: ChainLab,
  { layers, score, texts }: { layers: number; score: ChainScore; texts: number },
): number[] {
  const segment = Math.floor(lab.task.horizon / layers);
  const name: LogRatioName = LOG_RATIO_SCORES.find((each) => each === score) ?? "sum";
  const scores = Array.from({ length: layers - 1 }, () => [] as number[]);
  const rewards: number[] = [];
  for (let i = 0; i < texts; i++) {
    const random = stream(lab.seed, "boundary text", i);
    const noise = stream(lab.seed, "boundary noise", i);
    const node = { text: [], running: new RunningScore(name), random, noise, path: [i] };
    for (let layer = 1; layer < layers; layer++) {
      extend(lab, node, layer * segment);
      scores[layer - 1]!.push(scoreOf(lab, node, score));
    }
    extend(lab, node, lab.task.horizon);
    rewards.push(totalReward(lab.task, node.text));
  }
  return scores.map((values) => correlation(values, rewards));
}
