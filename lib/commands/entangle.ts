/**
 * `deno task entangle MODEL --pairs FILE`: the entanglement report of a model on a file of pairs.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse, textOptions, wholeNumber } from "offprint/command_line.ts";
import { UserError } from "offprint/errors.ts";
import { writeWhole } from "offprint/files.ts";
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import { readTransformer, type SavedTransformer } from "offprint/lm/transformer/mod.ts";
import { LOSS_NAMES, lossByName, type PairLoss } from "offprint/preference/losses/mod.ts";
import {
  encodePairs,
  longestText,
  pairsHash,
  readPairs,
  scorePairs,
  type TokenPair,
  weightsHash,
} from "offprint/preference/pairs/mod.ts";
import {
  entanglementReport,
  type EntanglementRow,
  reportCsv,
  ReportFile,
  subsetNames,
  summariseReport,
} from "offprint/preference/entanglement/mod.ts";
import { checkedOutput } from "../kit/outputs.ts";
import type { Command } from "../kit/command.ts";
import { pairsPage } from "../kit/site/pairs_page.ts";

const USAGE = `deno task entangle MODEL --pairs FILE [options]

For every pair of a file: the two gradients of a model, their inner product, and for each loss whether one step
would raise or lower the chosen and the rejected answer, predicted and tried. MODEL is a name in data/models or
a folder in the same layout. Writes report.csv and report.html. You can stop it at any time: the same command
continues.

  --pairs FILE       JSON lines: {"prompt": "…", "chosen": "…", "rejected": "…"}, optionally "id"
  --loss NAMES       with commas, among ${LOSS_NAMES.join(", ")}
                     (default dpo)
  --reference MODEL  the frozen policy (default: MODEL itself)
  --subset NAME      parameters to compare: all, "without embedding", "layer 0", …, "last layer"
                     (default all; the step is tried only with all)
  --step-size N      size of the step (default 0.001)
  --truncate HOW     what to do with answers that do not fit the context: error (default), drop, keep
  --limit N          only the first N pairs
  --out FOLDER       default out/entangle/MODEL
  --help             this text
`;

/** Rows are filled up to a multiple of this many tokens, so that few graphs serve all pairs. */
const ROW_STEP = 16;

/** The command. */
export const command: Command = {
  name: "entangle",
  summary: "report on the two gradients of every preference pair of a file",
  usage: USAGE,
  run,
};

async function run(args: string[]): Promise<number> {
  const known = textOptions(
    ...["pairs", "loss", "reference", "subset", "step-size", "truncate", "limit", "out"],
  );
  const { option, positionals } = parse("entangle", args, known, true);
  const [name, ...more] = positionals;
  const file = option("pairs");
  if (name === undefined || more.length > 0 || file === undefined) {
    throw new UserError({
      what: "deno task entangle",
      got: args.join(" ") || undefined,
      expected: "one model and --pairs FILE",
      todo: "See deno task entangle --help.",
    });
  }
  const losses = (option("loss") ?? "dpo").split(",").map((each) => lossByName(each.trim()));
  const stepSize = Number(option("step-size") ?? 1e-3);
  if (!(stepSize > 0 && stepSize < Infinity)) {
    throw new UserError({
      what: "--step-size",
      got: option("step-size"),
      expected: "a number above 0",
    });
  }
  const limit = option("limit") === undefined
    ? Infinity
    : wholeNumber("--limit", option("limit")!, 1);
  const model = await readTransformer(name);
  const subset = option("subset") ?? "all";
  const subsets = [...subsetNames(model.config), "last layer"];
  if (!subsets.includes(subset)) {
    throw new UserError({
      what: "--subset",
      got: subset,
      expected: `one of ${subsets.join(", ")}`,
    });
  }
  const pairs = (await pairsOf(model, file, option("truncate"))).slice(0, limit);
  const path = option("out") ?? `out/entangle/${model.name}`;
  const folder = await checkedOutput({ option: "--out", path, kind: "folder" });
  const out = pathToFileURL(`${folder}/`);
  await report(model, pairs, { reference: option("reference"), losses, subset, stepSize, out });
  return 0;
}

async function pairsOf(
  { tokenizer, config }: SavedTransformer,
  file: string,
  truncate = "error",
): Promise<TokenPair[]> {
  if (truncate !== "error" && truncate !== "drop" && truncate !== "keep") {
    throw new UserError({
      what: "--truncate",
      got: truncate,
      expected: "error, drop or keep",
    });
  }
  const { pairs, cutOnOneSide, cutOnBothSides } = encodePairs(tokenizer, await readPairs(file), {
    contextLength: config.max_position_embeddings - 1,
    end: tokenizer.eos,
    truncation: truncate,
  });
  const cut = [...cutOnOneSide, ...cutOnBothSides];
  if (cut.length > 0) {
    const done = truncate === "drop" ? "left out" : "cut";
    console.error(
      `pairs with an answer that does not fit, ${done}: ${cut.length} ` +
        `(only one answer of the pair: ${cutOnOneSide.length}): ` +
        `${cut.slice(0, 5).join(", ")}${cut.length > 5 ? ", …" : ""}`,
    );
  }
  if (pairs.length === 0) {
    throw new UserError({ what: file, got: cut.length, expected: "at least one pair that fits" });
  }
  return pairs;
}

async function report(
  model: SavedTransformer,
  pairs: TokenPair[],
  options: {
    reference: string | undefined;
    losses: PairLoss[];
    subset: string;
    stepSize: number;
    out: URL;
  },
): Promise<void> {
  const { losses, subset, stepSize, out } = options;
  const policy = await opened(model);
  const frozen = options.reference === undefined
    ? policy
    : await opened(await readTransformer(options.reference));
  try {
    const rows = await ReportFile.open(new URL("rows.jsonl", out), {
      model: await weightsHash(policy.config, policy.parameters),
      reference: await weightsHash(frozen.config, frozen.parameters),
      pairs: await pairsHash(pairs),
      losses: losses.map((loss) => ({ name: loss.name, ...loss.options })),
      subset,
      stepSize,
    }, losses.length);
    const done = rows.rows.length / losses.length;
    if (done > 0) console.error(`${done} of ${pairs.length} pairs are done already`);
    for (const [index, pair] of pairs.entries()) {
      if (index < done) continue;
      const length = Math.min(
        policy.config.max_position_embeddings,
        ROW_STEP * Math.ceil(longestText([pair]) / ROW_STEP),
      );
      const reference = await scorePairs(frozen, [pair], { length });
      await rows.add(
        await entanglementReport(policy, [pair], reference, { losses, subset, stepSize, length }),
      );
      if ((index + 1) % 10 === 0) console.error(`${index + 1} of ${pairs.length} pairs`);
    }
    await writeWhole(new URL("report.csv", out), reportCsv(rows.rows));
    await writeWhole(new URL("report.html", out), pageOf(model.name, losses, rows.rows));
    console.error(`pairs: ${pairs.length}; written to ${fileURLToPath(out)}`);
  } finally {
    await policy.close();
    if (frozen !== policy) await frozen.close();
  }
}

/** The page of a report; bands are drawn for the first loss. */
function pageOf(
  model: string,
  losses: readonly PairLoss[],
  rows: readonly EntanglementRow[],
): string {
  const first = losses[0]!.name;
  return pairsPage({
    model,
    loss: first,
    summaries: losses.map(({ name }) => {
      const own = rows.filter(({ method }) => method === name);
      const { pairs, predicted, agreement, meanCosine, meanCondition } = summariseReport(own);
      return {
        loss: name,
        pairs,
        ...predicted,
        "predicted as observed": Number.isNaN(agreement) ? null : agreement,
        "mean cosine": meanCosine,
        "mean I/min(N_w, N_l)": meanCondition,
      };
    }),
    bands: rows.filter(({ method }) => method === first).map((row) => ({
      pair: row.pair,
      low: row.bandLow,
      high: row.bandHigh,
      ratio: row.ratio,
    })),
    rows: rows.map((row) => ({ ...row })),
  });
}

function opened({ config, weights }: SavedTransformer): Promise<OnnxEngine> {
  return OnnxEngine.open({ config, optimizer: { kind: "sgd" }, start: { parameters: weights } });
}
