/**
 * The first stages: texts of the target with labels, then every head of a recipe.
 *
 * @module
 */
import { writeWhole } from "offprint/files.ts";
import { readKept } from "offprint/kept_work.ts";
import { stream } from "offprint/random.ts";
import { mean } from "offprint/stats.ts";
import {
  type AcceptanceData,
  type AcceptanceHead,
  acceptanceStates,
  type AcceptanceText,
  acceptanceTexts,
  decodeHead,
  encodeHead,
  trainHead,
} from "offprint/decoding/heads/mod.ts";
import type { HeadsInput } from "./input.ts";
import { allVariants, variantName } from "./recipe.ts";
import type { HeadsResults } from "./results.ts";
import { readBytes, stage } from "./stage.ts";

/** Prompts of one file of training texts. */
const CHUNK = 64;
/** Points of a training curve. */
const CURVE = 24;

/** Stage 1: texts of the target with the draft's proposals and their labels. */
export async function trainingTexts(input: HeadsInput): Promise<AcceptanceText[]> {
  const { recipe, draft, target, prompts, folder, stop, onProgress } = input;
  const all: AcceptanceText[] = [];
  for (let from = 0; from < prompts.training.length; from += CHUNK) {
    const some = prompts.training.slice(from, from + CHUNK);
    all.push(
      ...await stage(new URL(`texts-${from}.json`, folder), () =>
        acceptanceTexts({
          draft,
          target,
          prompts: some.map(({ tokens }) => tokens),
          maxTokens: recipe.textTokens,
          random: (text) => stream(recipe.seed, "training text", from + text),
          ...(stop === undefined ? {} : { stop }),
          batch: 32,
        })),
    );
    onProgress?.("training texts", from + some.length, prompts.training.length);
  }
  return all;
}

/** Stage 2: every head of the recipe. */
export async function allHeads(input: HeadsInput, texts: AcceptanceText[]) {
  const { recipe, draft, folder, onProgress } = input;
  const heads = new Map<string, AcceptanceHead>();
  const curves = new Map<string, number[]>();
  let data: HeadsResults["data"] | undefined;
  const variants = allVariants(recipe);
  // One data set at a time in memory: the variants in the order of their mixing share.
  let states: AcceptanceData | undefined;
  let stateMixing: number | undefined;
  const order = variants.toSorted((a, b) =>
    Math.abs(a.variant.mixing - recipe.mixing) - Math.abs(b.variant.mixing - recipe.mixing)
  );
  for (const [done, { variant }] of order.entries()) {
    const name = variantName(variant);
    if (stateMixing !== variant.mixing) {
      states = await acceptanceStates(draft, texts, variant.mixing);
      stateMixing = variant.mixing;
      data ??= {
        positions: states.positions,
        labelled: states.acceptance.length,
        acceptance: mean(states.acceptance),
      };
    }
    const file = new URL(`${name}.safetensors`, folder);
    const curveFile = new URL(`${name}.curve.json`, folder);
    const bytes = await readBytes(file);
    if (bytes !== undefined) {
      heads.set(name, decodeHead(decodeURIComponent(file.pathname), bytes));
      curves.set(name, await readKept(curveFile));
    } else {
      const { batch, epochs, peak, warmUp } = recipe.training;
      const steps = Math.ceil(epochs * states!.acceptance.length / batch);
      const losses: number[] = [];
      const head = await trainHead(states!, {
        depth: variant.depth,
        tied: variant.tied,
        rejectionWeight: variant.rejectionWeight,
        steps,
        batch,
        peak,
        warmUp,
        seed: recipe.seed,
        draft: draft.name,
        onStep: (step, loss) => {
          losses.push(loss);
          onProgress?.(`head ${done + 1} of ${variants.length}, ${name}`, step, steps);
        },
      });
      const curve = Array.from({ length: Math.min(CURVE, steps) }, (_, i, points = CURVE) => {
        const count = Math.min(points, steps);
        return mean(
          losses.slice(Math.floor(i * steps / count), Math.floor((i + 1) * steps / count)),
        );
      });
      await writeWhole(curveFile, JSON.stringify(curve));
      await writeWhole(file, encodeHead(head));
      heads.set(name, head);
      curves.set(name, curve);
    }
  }
  return { data: data!, heads, curves };
}
