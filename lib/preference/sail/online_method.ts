/**
 * SAIL as a way of training: each pair of a step takes a route, responses are drawn from the policy as it is, labels
 * come from the data, the policy or a reward model, and one backward pass descends on all terms (paper 09, section 4).
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { OnnxEngine } from "offprint/lm/training/mod.ts";
import type { Tensor } from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";
import { checkNotNegative, checkPositive, logistic } from "../losses/pair_loss.ts";
import type { TokenPair } from "../pairs/encode.ts";
import { pairBatch, responseLogProbs, total } from "../pairs/pair_batch.ts";
import { checkFinite, type PreferenceMethod, type StepPairs } from "../training/method.ts";
import { type Baseline } from "./baselines.ts";
import { bufferTensors, restoredBuffer } from "./buffer_tensors.ts";
import type { ReverseKl } from "./exact.ts";
import type { Labeller } from "./labellers.ts";
import { equalResponses } from "./metrics.ts";
import { type GradientMode, implicitMargin } from "./pair_terms.ts";
import type { PairRecord } from "./record.ts";
import { drawResponses, type GeneratedPair, ResponseBuffer } from "./responses.ts";
import { drawRoute, type Mixture, type Route, type Shares, sharesOf } from "./routes.ts";
import { stepWeights } from "./step_weights.ts";

/** How SAIL trains. */
export interface SailOptions {
  mixture: Mixture;
  /** The frozen start, for log π₀ of responses that are drawn; its weights must not change. */
  reference: Pick<OnnxEngine, "config" | "logProbs">;
  /** The token that ends a response. */
  end: number;
  /** Longest response that is drawn, in tokens. */
  maxTokens: number;
  /** Of routes, responses and drawn labels. */
  seed: number;
  /** Labels DPR's pairs; needed where DPR has a share. */
  labeller?: Labeller;
  /** Default 0.1. */
  beta?: number;
  /** Default `batch`. */
  baseline?: Baseline;
  /** Default `formula`. */
  mode?: GradientMode;
  /** Multiplies the published response term: B × A of the authors' trainer, 8 as shipped. Default 1. */
  publishedScale?: number;
  /** Labels of the policy: drawn, or both weighted by their probability. Default `enumerate`. */
  labels?: "sample" | "enumerate";
  /** Labels of the labeller, likewise. Default `sample`: a judge gives one answer. */
  judgements?: "sample" | "enumerate";
  /** Default 0.9. */
  temperature?: number;
  /** Steps that drawn responses may wait. Default 0. */
  age?: number;
  /** Drawn pairs of two equal responses. Default `keep`. Dropped ones count in the mean, with nothing. */
  equal?: "keep" | "drop";
  /** Drawn pairs with a response that has no end. Default `label`. */
  unfinished?: "label" | "drop";
  /** λ of a reverse-KL term. Default 0. `penalty` needs responses that the policy draws. */
  reverseKl?: number;
  reverseKlMode?: ReverseKl;
  /** α of an exploration bonus that pushes the responses of the data set down. Default 0. */
  optimism?: number;
  /** Called with every pair of every step. */
  onRecord?: (record: PairRecord) => void;
}

/** A pair of a step on its way to the gradient. */
interface Slot {
  route: Route;
  pair: TokenPair;
  drawn: GeneratedPair | undefined;
  probability: number;
}

/**
 * The method, for `trainPreference`. Without online routes it is DPO, or DPO with own labels.
 *
 * @throws {UserError} for a wrong mixture or option, and for a share of DPR without a labeller.
 */
export function sailMethod(options: SailOptions): PreferenceMethod {
  const { seed, beta = 0.1, age = 0, labels = "enumerate", judgements = "sample" } = options;
  const { labeller, onRecord } = options;
  const shares = checkedOptions(options);
  const buffer = new ResponseBuffer(age);
  const name = sailName(options.mixture, options);

  const routeOf = (step: number, slot: number): Route => drawRoute(shares, seed, step, slot);

  /** Draws for this step, and with an age for the steps after it, what is not there yet. */
  const fill = async (engine: OnnxEngine, { step, pairs, pairsAt }: StepPairs): Promise<void> => {
    const online = (at: number, some: readonly TokenPair[]): TokenPair[] =>
      some.filter((_, slot) => isOnline(routeOf(at, slot)));
    if (online(step, pairs).every((pair) => buffer.has(step, pair))) return;
    for (let at = step; at <= step + age; at++) {
      const some = at === step ? pairs : pairsAt?.(at) ?? [];
      const { end, maxTokens, temperature = 0.9 } = options;
      const draws = { seed, step: at, end, maxTokens, temperature };
      const drawn = await drawResponses(engine, online(at, some), draws);
      buffer.put(at, drawn.map((pair) => ({ ...pair, version: step - 1 })));
    }
  };

  const drawLabel = (probability: number, step: number, id: string): number =>
    stream(seed, "label", step, id).uniform() < probability ? 1 : 0;

  return {
    name,
    options: plainOptions(options),
    needsReferencePoint: false,
    async gradient(engine, step) {
      await fill(engine, step);
      const slots = step.pairs.map((pair, slot): Slot => {
        const route = routeOf(step.step, slot);
        const drawn = isOnline(route) ? buffer.take(step.step, pair) : undefined;
        const [chosen, rejected] = drawn?.responses ?? [pair.chosen, pair.rejected];
        const probability = pair.labelProbability;
        return { route, pair: { ...pair, chosen, rejected }, drawn, probability };
      });
      // A response that is drawn may be longer than those of the data.
      const longest = Math.max(...step.pairs.map(({ prompt }) => prompt.length)) +
        options.maxTokens;
      const length = slots.some(({ drawn }) => drawn !== undefined)
        ? Math.max(step.length, longest)
        : step.length;
      const rows = slots.map(({ pair }) => pair);
      const batch = pairBatch(engine.config, rows, length);
      const pass = await engine.forward(batch);
      const scored = responseLogProbs(batch, rows, pass.logProbs);
      const references = await referenceSums(options.reference, slots, step, length);
      const sums = slots.map((_, i) => ({
        first: total(scored[i]!.chosen),
        second: total(scored[i]!.rejected),
        firstReference: references[i]![0],
        secondReference: references[i]![1],
      }));
      const judged = slots.filter(({ route }) => route === "DPR");
      const verdicts = await labeller?.label(
        judged.map(({ drawn, pair }) => ({
          id: pair.id,
          prompt: pair.prompt,
          responses: drawn!.responses,
        })),
      ) ?? [];
      judged.forEach((slot, i) =>
        slot.probability = judgements === "enumerate"
          ? verdicts[i]!
          : drawLabel(verdicts[i]!, step.step, slot.pair.id)
      );
      slots.forEach((slot, i) => {
        if (slot.route !== "DDP" && slot.route !== "DPP") return;
        const wins = logistic(implicitMargin(sums[i]!, beta));
        slot.probability = labels === "enumerate" ? wins : drawLabel(wins, step.step, slot.pair.id);
      });
      const records = slots.map(({ route, pair, drawn, probability }, slot): PairRecord => {
        const { first, second, firstReference, secondReference } = sums[slot]!;
        const responses: PairRecord["responses"] = [[...pair.chosen], [...pair.rejected]];
        const unfinished: PairRecord["unfinished"] = drawn?.unfinished ?? [false, false];
        const equal = drawn !== undefined && options.equal === "drop" &&
          equalResponses({ responses });
        const cut = options.unfinished === "drop" && (unfinished[0] || unfinished[1]);
        return {
          step: step.step,
          slot,
          id: pair.id,
          prompt: [...pair.prompt],
          route,
          responses,
          labelSource: route === "DPO" ? "data" : route === "DPR" ? labeller!.name : "policy",
          labelProbability: probability,
          logProbs: [first, second],
          referenceLogProbs: [firstReference, secondReference],
          drawnAt: drawn?.version ?? null,
          labelledAt: step.step - 1,
          unfinished,
          dropped: equal ? "equal" : cut ? "unfinished" : null,
        };
      });
      const { weights, losses } = stepWeights(records, shares, { ...options, beta });
      checkFinite(name, step, losses);
      const coefficients = new Float32Array(batch.tokens.length);
      rows.forEach(({ prompt, chosen, rejected }, i) =>
        [chosen, rejected].forEach((response, side) => {
          const at = (2 * i + side) * length + prompt.length;
          coefficients.fill(weights[i]![side]!, at, at + response.length);
        })
      );
      const gradient = await pass.gradient(coefficients);
      for (const record of records) onRecord?.(record);
      const skipped = records.filter(({ dropped }) => dropped !== null).length;
      return { gradient, losses, skipped };
    },
    state: () => bufferTensors(buffer.entries()),
    restore: (tensors: ReadonlyMap<string, Tensor>) => buffer.restore(restoredBuffer(tensors)),
  };
}

/** Whether the policy draws the responses. */
export function isOnline(route: Route): boolean {
  return route === "DPP" || route === "DPR";
}

function checkedOptions(options: SailOptions): Shares {
  const { beta = 0.1, labeller, maxTokens, reverseKl = 0, reverseKlMode = "penalty" } = options;
  const shares = sharesOf(options.mixture);
  checkPositive("SAIL: beta", beta);
  checkPositive("SAIL: temperature", options.temperature ?? 0.9);
  checkPositive("SAIL: publishedScale", options.publishedScale ?? 1);
  checkNotNegative("SAIL: reverseKl", reverseKl);
  checkNotNegative("SAIL: optimism", options.optimism ?? 0);
  if (!(Number.isInteger(maxTokens) && maxTokens > 0)) {
    throw new UserError({
      what: "SAIL: maxTokens",
      got: maxTokens,
      expected: "a whole number above 0",
    });
  }
  if (shares.DPR.share > 0 && labeller === undefined) {
    throw new UserError({
      what: "SAIL: labeller",
      got: undefined,
      expected: "a reward model or program that labels DPR's pairs",
      todo: "Give a labeller, or use DPP, where the policy labels.",
    });
  }
  if (reverseKl > 0 && reverseKlMode === "penalty" && shares.DPP.share + shares.DPR.share === 0) {
    throw new UserError({
      what: "SAIL: reverseKl",
      got: reverseKl,
      expected:
        "a share of DPP or DPR with it: the penalty is estimated on the policy's own responses",
      todo: 'Give such a share, or use reverseKlMode "token-mean".',
    });
  }
  return shares;
}

/** The options that change the training, as a checkpoint's hash wants them. */
function plainOptions(options: SailOptions): Record<string, number | boolean | string> {
  const { mixture, labeller, ...rest } = options;
  const plain: Record<string, number | boolean | string> = {
    mixture: JSON.stringify(mixture),
    labeller: labeller?.name ?? "",
  };
  for (const [key, value] of Object.entries(rest)) {
    if (typeof value === "number" || typeof value === "string") plain[key] = value;
  }
  return plain;
}

/** "DPO", "DDP(0.4, 0.2)", "DPR(0.3, 0.3), as-published" … */
export function sailName(mixture: Mixture, { mode }: Pick<SailOptions, "mode"> = {}): string {
  const parts = (["DDP", "DPP", "DPR"] as const).flatMap((route) => {
    const given = mixture[route];
    return given === undefined ? [] : [`${route}(${given.share}, ${given.coefficient})`];
  });
  const name = parts.length === 0 ? "DPO" : parts.join(" + ");
  return mode === "as-published" ? `${name}, as-published` : name;
}

/** Rows of the reference's batches are a multiple of this many pairs, so that few graphs serve all steps. */
const PAIR_STEP = 4;

/** log π₀ of both responses of every slot: known for the data set, computed for those that were drawn. */
async function referenceSums(
  reference: Pick<OnnxEngine, "config" | "logProbs">,
  slots: readonly Slot[],
  step: StepPairs,
  length: number,
): Promise<[number, number][]> {
  const sums = step.reference.map(({ chosen, rejected }): [number, number] => [
    total(chosen),
    total(rejected),
  ]);
  const drawn = slots.flatMap(({ drawn }, i) => drawn === undefined ? [] : [i]);
  if (drawn.length === 0) return sums;
  const rows = drawn.map((i) => slots[i]!.pair);
  while (rows.length % PAIR_STEP !== 0) rows.push(rows[0]!);
  const batch = pairBatch(reference.config, rows, length);
  const scored = responseLogProbs(batch, rows, await reference.logProbs(batch));
  drawn.forEach((i, at) => sums[i] = [total(scored[at]!.chosen), total(scored[at]!.rejected)]);
  return sums;
}
