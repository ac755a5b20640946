/**
 * A trained reward model, ready to score.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { type Completion, OnnxEngine } from "offprint/lm/training/mod.ts";
import {
  readTransformer,
  type SavedTransformer,
  type TransformerConfig,
} from "offprint/lm/transformer/mod.ts";
import { checkLabels, type LabelTokens, labelTokens } from "./labels.ts";
import { rewardScores } from "./reward_scores.ts";

const recordSchema = z.object({
  recipe: z.object({
    kind: z.literal("reward"),
    labels: z.object({ better: z.string(), worse: z.string() }),
  }),
});

/** Scores responses by the log-odds of two label tokens behind them. */
export class RewardModel {
  readonly config: TransformerConfig;
  readonly labels: LabelTokens;
  readonly #engine: OnnxEngine;

  private constructor(engine: OnnxEngine, labels: LabelTokens) {
    this.config = engine.config;
    this.labels = labels;
    this.#engine = engine;
  }

  /** From weights, as `trainReward` returns them. */
  static async open(
    { config, weights, labels, threads }: {
      config: TransformerConfig;
      weights: ReadonlyMap<string, Float32Array>;
      labels: LabelTokens;
      threads?: number;
    },
  ): Promise<RewardModel> {
    checkLabels(labels);
    const engine = await OnnxEngine.open({
      config,
      optimizer: { kind: "sgd" },
      start: { parameters: new Map(weights) },
      ...(threads === undefined ? {} : { threads }),
    });
    return new RewardModel(engine, labels);
  }

  /**
   * From a folder that `deno task train` wrote for a recipe of kind `reward`.
   *
   * @throws {UserError} when there is no such model, or it is not a reward model.
   */
  static async load(
    nameOrFolder: string,
  ): Promise<{ model: RewardModel; tokenizer: SavedTransformer["tokenizer"] }> {
    const { folder, config, weights, tokenizer } = await readTransformer(nameOrFolder);
    const file = new URL("training.json", folder);
    const what = decodeURIComponent(file.pathname);
    const expected = "the record of a reward model";
    let text: string;
    try {
      text = await readText(file);
    } catch (error) {
      throw new UserError({ what, got: new Described(messageOf(error)), expected });
    }
    const { recipe } = checkedJson(recordSchema, text, { what, expected });
    const labels = labelTokens(tokenizer, recipe.labels);
    return { model: await RewardModel.open({ config, weights, labels }), tokenizer };
  }

  /**
   * Scores in nats, one for each response; a difference of two is the log-odds that the first is preferred.
   *
   * @param responses with their prompts; a response carries its end token where it has one.
   * @throws {UserError} when a response leaves no room for the label.
   */
  score(
    responses: readonly Completion[],
    options: { length?: number } = {},
  ): Promise<Float64Array> {
    return rewardScores(this.#engine, this.labels, responses, options);
  }

  /** Frees what it holds. */
  close(): Promise<void> {
    return this.#engine.close();
  }
}
