/**
 * The later stages: how well the heads predict, what every policy costs, and the chosen ones decoded.
 *
 * @module
 */
import { mean } from "offprint/stats.ts";
import {
  type AcceptanceHead,
  headPredictor,
  predictStates,
  reliability,
} from "offprint/decoding/heads/mod.ts";
import { headFamily, ORACLE_FAMILY, SHUFFLED_HEAD_FAMILY } from "./families.ts";
import { type HeadsInput, measuringOf } from "./input.ts";
import {
  decodeSetting,
  heldOutLogs,
  heldOutStates,
  textDivergences,
  unbiased,
  withHead,
} from "./measure.ts";
import {
  bestOnDev,
  headlessSettings,
  type LoggedRates,
  type MeasuredSetting,
  ratesOnLogs,
  replayedTimes,
  type Setting,
} from "./measured_policies.ts";
import { allVariants, committedVariants, type HeadsRecipe, variantName } from "./recipe.ts";
import type { HeadsResults } from "./results.ts";
import { shuffledOrder, shuffledPredictor, shuffledStates } from "./shuffled_head.ts";
import { stage } from "./stage.ts";

/** Stage 3: divergences and reliability on the test texts. */
export async function measureQuality(
  input: HeadsInput,
  meanAcceptance: number,
  heads: Map<string, AcceptanceHead>,
) {
  const { recipe } = input;
  const heldOut = await heldOutStates(measuringOf(input, "test", "held-out texts"), recipe.mixing);
  const order = shuffledOrder(heldOut.hiddenSize, recipe.seed);
  const quality = new Map<
    string,
    Pick<
      HeadsResults["heads"][number],
      "divergence" | "unbiasedDivergence" | "reliability"
    >
  >();
  for (const { variant } of allVariants(recipe)) {
    const name = variantName(variant);
    const predicted = await predictStates(heads.get(name)!, heldOut.states);
    quality.set(name, {
      divergence: mean(textDivergences(heldOut, predicted)),
      unbiasedDivergence: mean(
        textDivergences(heldOut, unbiased(predicted, variant.rejectionWeight)),
      ),
      reliability: reliability(heldOut.acceptance, predicted, 12, variant.rejectionWeight),
    });
  }
  // The first of the committed heads stands for all in the comparison with rivals.
  const reference = variantName(committedVariants(recipe)[0]!);
  const { rejectionWeight } = committedVariants(recipe)[0]!;
  const predict = async (states: Float32Array) =>
    textDivergences(
      heldOut,
      unbiased(await predictStates(heads.get(reference)!, states), rejectionWeight),
    );
  return {
    heads: quality,
    divergences: {
      trained: await predict(heldOut.states),
      shuffled: await predict(shuffledStates(heldOut.states, order)),
      constant: textDivergences(
        heldOut,
        new Float64Array(heldOut.acceptance.length).fill(meanAcceptance),
      ),
      topProbability: textDivergences(heldOut, heldOut.top),
    },
  };
}

/** Stage 4: all settings on the logs of both splits, and the chosen ones text by text. */
export async function measureSettings(input: HeadsInput, heads: Map<string, AcceptanceHead>) {
  const { recipe, folder, onProgress } = input;
  const { seed, ratio } = recipe;
  return await stage(new URL("settings.json", folder), async () => {
    const splits = ["dev", "test"] as const;
    const rates = new Map<string, { setting: Setting; dev?: LoggedRates; test?: LoggedRates }>();
    const thresholds = (family: string): Setting[] =>
      recipe.thresholds.map((setting) => ({ family, setting }));
    const families: { settings: Setting[]; head?: AcceptanceHead; shuffle?: number }[] = [
      { settings: headlessSettings(recipe) },
      { settings: thresholds(ORACLE_FAMILY) },
      ...allVariants(recipe).map(({ variant, committed }) => ({
        settings: thresholds(
          committed ? headFamily(variant.rejectionWeight) : `SpecDec++, ${variantName(variant)}`,
        ),
        head: heads.get(variantName(variant))!,
      })),
      {
        settings: thresholds(SHUFFLED_HEAD_FAMILY),
        head: controlHead(recipe, heads),
        shuffle: seed,
      },
    ];
    let logged: HeadsResults["replayed"] = [];
    for (const split of splits) {
      const logs = await heldOutLogs(
        measuringOf(input, split, `logs of ${split} texts`),
        recipe.branch,
      );
      const plain = logs.map(({ log }) => log);
      for (const [done, { settings, head, shuffle }] of families.entries()) {
        const predicted = head === undefined ? plain : await withHead(logs, head, shuffle);
        for (const setting of settings) {
          const key = JSON.stringify(setting);
          const known = rates.get(key) ?? { setting };
          rates.set(key, { ...known, [split]: ratesOnLogs(predicted, setting, { seed }) });
        }
        onProgress?.(`policies on ${split} texts`, done + 1, families.length);
        if (split === "dev") continue;
        // The dev texts have chosen; text by text only the chosen setting of each family is kept.
        for (const family of new Set(settings.map(({ family }) => family))) {
          const { setting } = bestOnDev(
            [...rates.values()].filter((each) => each.setting.family === family)
              .map(({ setting, dev, test }) => ({ ...setting, dev: dev!, test: test ?? dev! })),
            ratio,
          );
          logged.push({
            family,
            setting,
            times: replayedTimes(predicted, { family, setting }, { seed, ratio })
              .map((time) => Number(time.toPrecision(6))),
          });
        }
      }
    }
    const settings: MeasuredSetting[] = [...rates.values()].map(({ setting, dev, test }) => ({
      ...setting,
      dev: dev!,
      test: test!,
    }));
    const kept = new Set(chosenFamilies(recipe, settings).map(({ family }) => family));
    logged = logged.filter(({ family }) => kept.has(family) || family === ORACLE_FAMILY);
    return { settings, logged };
  });
}

/** The head whose shuffled twin is the control. */
function controlHead(recipe: HeadsRecipe, heads: Map<string, AcceptanceHead>): AcceptanceHead {
  const variant =
    committedVariants(recipe).find(({ rejectionWeight }) =>
      rejectionWeight === recipe.ablation.rejectionWeight
    ) ?? committedVariants(recipe)[0]!;
  return heads.get(variantName(variant))!;
}

/** What is decoded for real: the best of each family on dev; of the committed heads the best one. */
function chosenFamilies(
  recipe: HeadsRecipe,
  settings: readonly MeasuredSetting[],
): MeasuredSetting[] {
  const { ratio } = recipe;
  const of = (families: string[]): MeasuredSetting =>
    bestOnDev(settings.filter(({ family }) => families.includes(family)), ratio);
  return [
    ...new Set(headlessSettings(recipe).map(({ family }) => family)),
  ].map((family) => of([family])).concat([
    of(recipe.rejectionWeights.map(headFamily)),
    of([SHUFFLED_HEAD_FAMILY]),
  ]);
}

/** Stage 5: the chosen settings decoded on the test texts. */
export async function decodeChosen(
  input: HeadsInput,
  heads: Map<string, AcceptanceHead>,
  settings: MeasuredSetting[],
): Promise<HeadsResults["decoded"]> {
  const { recipe, folder } = input;
  const decoded: HeadsResults["decoded"] = [];
  for (const [i, { family, setting }] of chosenFamilies(recipe, settings).entries()) {
    decoded.push(
      await stage(new URL(`decoded-${i}.json`, folder), async () => {
        const committed = committedVariants(recipe).find(({ rejectionWeight }) =>
          headFamily(rejectionWeight) === family
        );
        const predictor = family === SHUFFLED_HEAD_FAMILY
          ? shuffledPredictor(controlHead(recipe, heads), recipe.seed)
          : committed && headPredictor(heads.get(variantName(committed))!);
        const measuring = measuringOf(input, "test", `decoding, ${family}`);
        const texts = await decodeSetting(measuring, { family, setting }, predictor);
        return {
          family,
          setting,
          tokens: texts.map(({ tokens }) => tokens.length),
          targetCalls: texts.map(({ targetCalls }) => targetCalls),
          discarded: texts.map(({ discarded }) => discarded),
        };
      }),
    );
  }
  return decoded;
}
