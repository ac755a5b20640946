/**
 * `deno task train-heads`: trains SpecDec++'s acceptance heads for a draft and a target, measures them, and
 * writes `data/heads`, going on where it stopped.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { writeWhole } from "offprint/files.ts";
import { parse, textOptions } from "offprint/command_line.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { type Card, readTransformer } from "offprint/lm/transformer/mod.ts";
import { pairedBootstrap } from "offprint/stats.ts";
import { duration, ProgressLine, STANDARD_ERROR } from "offprint/terminal.ts";
import { checkedOutput } from "../kit/outputs.ts";
import type { Command } from "../kit/command.ts";
import { timePerToken } from "offprint/decoding/policies/mod.ts";
import { encodeHead } from "offprint/decoding/heads/mod.ts";
import {
  checkVocabularies,
  committedVariants,
  CONSTANT_FAMILY,
  forgetStages,
  HEADS_FOLDER,
  type HeadsInput,
  headsPage,
  headsPrompts,
  headsRecipe,
  type HeadsResults,
  trainHeads,
  variantName,
  weightsHash,
} from "offprint/papers/specdecpp/heads/mod.ts";

/** The text of `--help`. */
export const USAGE = `deno task train-heads [options]

Trains the acceptance heads of data/heads/recipe.json on the draft's hidden states, with labels from texts
that the target writes; measures them and all policies on held-out addresses; writes heads, prompts and
results to data/heads. You can stop it at any time: the next call continues after the last finished piece.

  --draft NAME    the draft, a name in data/models or a folder (default: the recipe's)
  --target NAME   the target, likewise
  --recipe FILE   another recipe (default data/heads/recipe.json), described below
  --corpus NAME   where prompts come from (default: the target's corpus)
  --out FOLDER    where pieces and fetched text are kept (default out/train)
  --to FOLDER     where the result is written (default data/heads, whose committed heads it replaces)
  --fresh         forget the pieces and start again
  --help          this text

With models of your own give --draft, --target and --to, then run the notebook with --set headsFolder=FOLDER beside
--set draftModel and --set targetModel. A small corpus has too few sentences for the recipe's prompts:
data/heads/small-recipe.json asks for 100, 20 and 40. Dev and test each need a held-out document. Copy one of the two and change it. The fields of a recipe:

  draft, target    the models, where --draft and --target do not name others
  seed             of every random stream
  prompts          tokens of each prompt, which begins a sentence, and how many there are: training, from
                   documents that the models were trained on; dev and test, from held-out ones
  textTokens       tokens that are written after each prompt
  branch           candidates logged of what follows a rejection
  mixing           share of positions that keep the target's token, from 0 to 1
  head             depth of the heads (0 is linear), and whether their blocks share weights (tied)
  rejectionWeights a head for each; notebook 10 reads those of 1, 3, 6 and 12
  training         batch in positions, epochs, peak of the learning rate, share of steps that warm it up
  ratio            latency of one verification in passes of the draft
  constants, thresholds, confidences, topProbabilities
                   the settings that are measured of each kind of policy
  ablation         heads that differ in one thing from that of rejectionWeight: depths, untied, mixing`;

/** The command. */
export const command: Command = {
  name: "train-heads",
  summary: "train and measure SpecDec++'s acceptance heads for a draft and a target",
  usage: USAGE,
  run: run,
};

async function run(args: string[]): Promise<number> {
  const { values, option } = parse("train-heads", args, {
    ...textOptions("draft", "target", "recipe", "corpus", "out", "to"),
    fresh: { type: "boolean" },
  });
  const folderOf = (name: string, otherwise: string): URL =>
    pathToFileURL(`${resolve(option(name) ?? otherwise)}/`);
  const started = performance.now();
  const recipe = await headsRecipe(
    option("recipe") === undefined ? undefined : pathToFileURL(resolve(option("recipe")!)),
  );
  const names = {
    draft: option("draft") ?? recipe.draft,
    target: option("target") ?? recipe.target,
  };
  const draftFiles = await readTransformer(names.draft);
  const targetFiles = await readTransformer(names.target);
  await checkVocabularies(names, { draft: draftFiles.folder, target: targetFiles.folder });
  const out = folderOf("out", "out/train");
  const folder = new URL("heads/", out);
  const to = option("to") === undefined ? HEADS_FOLDER : folderOf("to", "");
  for (const name of ["out", "to"] as const) {
    const path = option(name);
    if (path === undefined) continue;
    await checkedOutput({ option: `--${name}`, path, kind: "folder", data: name === "to" });
  }
  if (values["fresh"]) await forgetStages(folder);
  const display = new StageDisplay();
  const { tokenizer } = targetFiles;
  const corpus = option("corpus") ?? targetFiles.card?.recipe.corpus ?? "sotu";
  const prompts = await headsPrompts(recipe, corpus, tokenizer, new URL("corpora/", out));
  const draft = await loadModel(names.draft);
  const target = await loadModel(names.target);
  const input: HeadsInput = {
    recipe: { ...recipe, ...names },
    draft: draft.model,
    target: target.model,
    models: {
      draft: await modelOf(draftFiles),
      target: await modelOf(targetFiles),
    },
    prompts,
    ...(tokenizer.eos === undefined ? {} : { stop: tokenizer.eos }),
    folder,
    onNote: (line) => display.note(line),
    onProgress: (what, done, of) => display.progress(what, done, of),
  };
  const { heads, results } = await trainHeads(input);
  for (const variant of committedVariants(recipe)) {
    const name = variantName(variant);
    await writeWhole(new URL(`${name}.safetensors`, to), encodeHead(heads.get(name)!, "F16"));
  }
  await writeWhole(
    new URL("prompts.json", to),
    `${JSON.stringify({ dev: prompts.dev, test: prompts.test })}\n`,
  );
  // More digits differ between machines and say nothing.
  const rounded = (_key: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value;
  await writeWhole(new URL("results.json", to), `${JSON.stringify(results, rounded)}\n`);
  await writeWhole(new URL("README.md", to), headsPage(results));
  for (const line of summary(results)) display.note(line);
  display.note(
    `written to ${fileURLToPath(to)} after ${duration((performance.now() - started) / 1000)}`,
  );
  return 0;
}

async function modelOf(
  { name, folder, card }: { name: string; folder: URL; card: Card | undefined },
): Promise<HeadsResults["models"]["draft"]> {
  return {
    name,
    sha256: await weightsHash(folder),
    perplexity: card?.heldOut.perplexity ?? null,
  };
}

/** What came out, in a few lines. */
function summary({ recipe, decoded }: HeadsResults): string[] {
  const { ratio, seed } = recipe;
  const times = decoded.map(({ family, setting, tokens, targetCalls, discarded }) => ({
    family,
    setting,
    perText: tokens.map((count, i) =>
      timePerToken({ draft: 1, target: ratio }, {
        verification: targetCalls[i]! / count,
        discard: discarded[i]! / count,
      })
    ),
  }));
  const constant = times.find(({ family }) => family === CONSTANT_FAMILY)!;
  return times.map(({ family, setting, perText }) => {
    const { mean, low, high } = pairedBootstrap(constant.perText, perText, { seed });
    const total = perText.reduce((sum, time) => sum + time, 0) / perText.length;
    return `${family} ${setting}: ${total.toFixed(4)} draft passes a token; ` +
      `best constant less this ${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
  });
}

/** A progress line on standard error. */
class StageDisplay {
  readonly #line = new ProgressLine(STANDARD_ERROR, { terminalMs: 500, logMs: 20_000 });
  #what = "";
  #started = 0;

  progress(what: string, done: number, of: number): void {
    const now = STANDARD_ERROR.now();
    if (what !== this.#what) {
      this.#what = what;
      this.#started = now;
      this.#line.restart();
    }
    const left = (of - done) * (now - this.#started) / Math.max(done, 1) / 1000;
    const still = done < of && done > 1 ? `, ${duration(left)} left` : "";
    this.#line.show(`${what}: ${done} of ${of}${still}`, done >= of);
  }

  note(line: string): void {
    this.#line.note(line);
  }
}
