/**
 * FMPQ on two networks whose activations nobody touched: their outlier channels, the blocks that need 8 bits in
 * place and permuted, and what each scheme costs.
 *
 * @module
 */
import type { PinnedPackage } from "offprint/lm/corpora/mod.ts";
import { type ForeignModel, readForeignModel } from "offprint/lm/onnx/mod.ts";
import { channelPlan } from "offprint/quantization/mod.ts";
import {
  type ForeignProduct,
  foreignProducts,
  type ForeignRounding,
  roundedForeignModel,
} from "offprint/quantization/foreign/mod.ts";
import { characterErrors, OCR_PACKAGE, readStrips, recogniserFiles } from "offprint/ocr/mod.ts";
import type { NetworkResults } from "./networks_schema.ts";
import { PACKAGES } from "./packages.ts";
import { drawLines } from "./printed_text.ts";
import { detectorFile, listen, speak } from "./speech.ts";

/** Channels of a block and columns of a weight's scale, and κ: as on the language model. */
const BLOCK_SIZE = 32, THRESHOLD = 4;

/** Schemes that both networks run, in the order of the tables. */
export const NETWORK_SCHEMES = [
  ...["floats", "W8A8", "W4A16", "W4Ax", "W4Ax in place", "W4A4 per block", "W4A4 per token"],
  "Ax, weights in floats",
] as const;

/** One of {@linkcode NETWORK_SCHEMES}. */
export type NetworkScheme = typeof NETWORK_SCHEMES[number];

/** Lines and sentences that are calibrated on and judged. */
export interface NetworkTexts {
  readonly calibration: {
    readonly lines: readonly string[];
    readonly sentences: readonly string[];
  };
  readonly evaluation: { readonly lines: readonly string[]; readonly sentences: readonly string[] };
}

/** The inputs of a network's products over a calibration. */
type Channels = ReadonlyMap<
  string,
  { readonly largest: Float32Array; readonly squares: Float32Array }
>;

/** Measures both networks. */
export async function measureNetworks(
  texts: NetworkTexts,
  { folder, threads, onNote = () => {} }: {
    folder: URL;
    threads?: number;
    onNote?: (line: string) => void;
  },
): Promise<NetworkResults> {
  const recogniser = await measureRecogniser(texts, folder, threads, onNote);
  const detector = await measureDetector(texts, folder, threads, onNote);
  return {
    format: 1,
    blockSize: BLOCK_SIZE,
    threshold: THRESHOLD,
    schemes: [...NETWORK_SCHEMES],
    recogniser,
    detector,
  };
}

async function measureRecogniser(
  { calibration, evaluation }: NetworkTexts,
  folder: URL,
  threads: number | undefined,
  onNote: (line: string) => void,
): Promise<NetworkResults["recogniser"]> {
  const { bytes, characters } = await recogniserFiles(folder);
  const model = readForeignModel("recogniser", bytes);
  const run = async (network: Uint8Array<ArrayBuffer>, lines: readonly string[]) =>
    await readStrips(network, characters, await drawLines(lines, folder), threads);
  const observed = await run(observing(model), calibration.lines);
  const channels = channelsOf(observed.map(({ outputs }) => outputs));
  const lines = evaluation.lines, errors: number[][] = [];
  let inFloats: string[] = [];
  for (const scheme of NETWORK_SCHEMES) {
    const read = await run(roundedForeignModel(model, roundingsOf(scheme, channels)), lines);
    errors.push(read.map(({ text }, i) => characterErrors(text, lines[i]!)));
    if (scheme === "floats") inFloats = read.map(({ text }) => text);
    onNote(`recogniser, ${scheme}: ${errors.at(-1)!.reduce((sum, n) => sum + n, 0)} wrong`);
  }
  const some = lines.slice(0, 8);
  const noise = await noiseOf(
    model,
    channels,
    async (network) => (await run(network, some)).map(({ outputs }) => outputs),
  );
  const network = described("recogniser of printed text", OCR_PACKAGE, model, channels, noise);
  return { network, lines: [...lines], read: inFloats, errors };
}

async function measureDetector(
  { calibration, evaluation }: NetworkTexts,
  folder: URL,
  threads: number | undefined,
  onNote: (line: string) => void,
): Promise<NetworkResults["detector"]> {
  const model = readForeignModel("detector", await detectorFile(folder));
  const heard = await speak(calibration.sentences, 1, folder);
  const channels = channelsOf((await listen(observing(model), heard, threads)).outputs);
  const sound = await speak(evaluation.sentences, 2, folder);
  const agreement: number[] = [], distance: number[] = [];
  let inFloats = new Float32Array();
  for (const scheme of NETWORK_SCHEMES) {
    const network = roundedForeignModel(model, roundingsOf(scheme, channels));
    const { speech } = await listen(network, sound, threads);
    if (scheme === "floats") inFloats = speech.slice();
    const same = speech.filter((value, i) => (value >= 0.5) === (inFloats[i]! >= 0.5)).length;
    agreement.push(same / speech.length);
    const far = speech.reduce((sum, value, i) => sum + Math.abs(value - inFloats[i]!), 0);
    distance.push(far / speech.length);
    onNote(`detector, ${scheme}: ${(100 * agreement.at(-1)!).toFixed(1)} % as in floats`);
  }
  const noise = await noiseOf(
    model,
    channels,
    async (network) => (await listen(network, sound, threads)).outputs,
  );
  const network = described("voice-activity detector", PACKAGES.detector, model, channels, noise);
  return {
    network,
    sentences: [...evaluation.sentences],
    speech: [...inFloats].map((value) => Number(value.toFixed(4))),
    agreement,
    distance,
  };
}

/** The network with the sizes of its products' input channels as outputs. */
function observing(model: ForeignModel): Uint8Array<ArrayBuffer> {
  return roundedForeignModel(model, () => ({}), { channels: true });
}

/** The largest size and the mean square of each channel over some runs. */
function channelsOf(runs: readonly ReadonlyMap<string, Float32Array>[]): Channels {
  const channels = new Map<string, { largest: Float32Array; squares: Float32Array }>();
  for (const outputs of runs) {
    for (const [name, values] of outputs) {
      if (!name.startsWith("channels ")) continue;
      const key = name.slice("channels ".length), columns = values.length / 2;
      const sums = channels.get(key) ??
        { largest: new Float32Array(columns), squares: new Float32Array(columns) };
      for (let j = 0; j < columns; j++) {
        sums.largest[j] = Math.max(sums.largest[j]!, values[j]!);
        sums.squares[j]! += values[columns + j]! / runs.length;
      }
      channels.set(key, sums);
    }
  }
  return channels;
}

/** What a scheme does to each product. */
function roundingsOf(
  scheme: NetworkScheme,
  channels: Channels,
): (product: ForeignProduct) => ForeignRounding {
  const blockSize = BLOCK_SIZE;
  return ({ name }) => {
    const { largest, squares } = channels.get(name)!;
    const weights = { bits: 4, group: blockSize, scale: "clip" } as const;
    if (scheme === "floats") return {};
    if (scheme === "W4A16") return { weights, squares };
    if (scheme === "W8A8") {
      return {
        weights: { bits: 8, group: "row" },
        activations: { bits: 8, blockSize: "row" },
      };
    }
    if (scheme === "W4A4 per token") {
      return { weights, squares, activations: { bits: 4, blockSize: "row" } };
    }
    if (scheme === "W4A4 per block") {
      return { weights, squares, activations: { bits: 4, blockSize } };
    }
    const { order, bits, inPlace } = planOf(largest);
    if (scheme === "Ax, weights in floats") return { order, activations: { bits, blockSize } };
    return scheme === "W4Ax"
      ? { order, weights, squares, activations: { bits, blockSize } }
      : { weights, squares, activations: { bits: inPlace, blockSize } };
  };
}

/** FMPQ's plan of one product, and the bits of blocks without its permutation. */
function planOf(largest: Float32Array) {
  const plan = channelPlan(largest, { blockSize: BLOCK_SIZE, threshold: THRESHOLD });
  const inPlace = plan.bits.map(() => 4);
  for (const channel of plan.outliers) inPlace[Math.floor(channel / BLOCK_SIZE)] = 8;
  return { ...plan, inPlace };
}

/** Signal to noise of each product under each scheme, everything before it in floats. */
async function noiseOf(
  model: ForeignModel,
  channels: Channels,
  run: (network: Uint8Array<ArrayBuffer>) => Promise<ReadonlyMap<string, Float32Array>[]>,
): Promise<Map<string, number[]>> {
  const decibels = new Map<string, number[]>();
  // In floats there is no noise.
  for (const scheme of NETWORK_SCHEMES.slice(1)) {
    const rounded = roundedForeignModel(model, roundingsOf(scheme, channels), { errors: true });
    const sums = new Map<string, [signal: number, noise: number]>();
    for (const outputs of await run(rounded)) {
      for (const [name, values] of outputs) {
        if (!name.startsWith("error ")) continue;
        const [signal, noise] = sums.get(name) ?? [0, 0];
        sums.set(name, [signal + values[0]!, noise + values[1]!]);
      }
    }
    for (const [name, [signal, noise]] of sums) {
      const key = name.slice("error ".length);
      decibels.set(key, [...decibels.get(key) ?? [], 10 * Math.log10(signal / noise)]);
    }
  }
  return decibels;
}

/** A network as it stands in the results. */
function described(
  name: string,
  { package: source, version }: PinnedPackage,
  model: ForeignModel,
  channels: Channels,
  noise: ReadonlyMap<string, number[]>,
): NetworkResults["recogniser"]["network"] {
  const { products, leftOut } = foreignProducts(model);
  const work = new Array<number>(NETWORK_SCHEMES.length).fill(0);
  let all = 0;
  const rows = products.map(({ name, columns, rows }) => {
    const { outliers, bits, inPlace, blocks8, blocks8Before } = planOf(channels.get(name)!.largest);
    const four = (of: Uint8Array) => of.filter((value) => value === 4).length;
    const ofScheme: Partial<Record<NetworkScheme, number>> = {
      "W4Ax": four(bits),
      "W4Ax in place": four(inPlace),
      "Ax, weights in floats": 0,
      "W4A4 per block": bits.length,
      "W4A4 per token": bits.length,
    };
    // Weighted by rows: a block of a large product is more work than one of a small one.
    NETWORK_SCHEMES.forEach((scheme, i) => work[i]! += rows * (ofScheme[scheme] ?? 0));
    all += rows * bits.length;
    return {
      name,
      columns,
      rows,
      outliers: outliers.length,
      blocks: bits.length,
      blocks8InPlace: blocks8Before,
      blocks8,
      decibels: noise.get(name)!,
    };
  });
  const reasons = Map.groupBy(leftOut, ({ type, reason }) => `${type}: ${reason}`);
  return {
    name,
    source: `${source} ${version}`,
    products: rows,
    leftOut: [...reasons.values()].map((some) => ({
      type: some[0]!.type,
      nodes: some.length,
      reason: some[0]!.reason,
    })),
    share4: work.map((four) => four / all),
  };
}
