/**
 * Sampling many texts side by side from one prompt: this project's best-of-N against llama.cpp on the same weights
 * in 32-bit floats, sampling included on both sides.
 *
 * @module
 */
import { bestOfN } from "offprint/decoding/tree/mod.ts";
import { type BenchRow, type Contestant, interleaved } from "offprint/kit/bench/report.ts";
import { ROOT } from "offprint/kit/project.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { tensorShapes, type TransformerConfig } from "offprint/lm/transformer/mod.ts";
import type { GgufTensor } from "../decode/gguf.ts";
import { type LlamaModel, openLlama } from "../decode/llama_peer.ts";
import { ggufName, writeTensors } from "../decode/llama_shape.ts";

/** The work of both sides. */
export interface LlamaTextsOptions {
  readonly policy: LanguageModel;
  readonly config: TransformerConfig;
  /** Of `policy`, by their names in safetensors. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly prompt: readonly number[];
  /** Texts side by side. */
  readonly texts: number;
  /** Tokens of each. */
  readonly tokens: number;
  readonly ours: () => ReturnType<typeof bestOfN>;
  readonly repetitions: number;
}

/**
 * One row for the better number of llama.cpp's threads; none where it is not installed, which `progress` says.
 *
 * @throws {Error} when both sides do not agree on the likeliest continuation: then the weights are not the same.
 */
export async function llamaTextRows(
  options: LlamaTextsOptions,
  progress: (line: string) => void,
): Promise<BenchRow[]> {
  const llama = await openLlama();
  if (typeof llama === "string") {
    progress(`tree: llama.cpp row skipped, ${llama}`);
    return [];
  }
  const { policy, config, weights, prompt, texts, tokens, ours, repetitions } = options;
  await Deno.mkdir(`${ROOT}out`, { recursive: true });
  const path = `${ROOT}out/tree-${policy.name}.gguf`;
  const tensors = [...tensorShapes(config)].map(([name, shape]) =>
    floats(name, shape, weights.get(name)!, config)
  );
  await writeTensors(path, config, tensors);
  const peer = await llama.load(path);
  await checkSameModel(policy, peer, prompt, tokens);
  const contestants: Record<string, Contestant> = { ours };
  for (const threads of [1, 2]) {
    contestants[`${threads}`] = async () => {
      const side = Array.from({ length: texts }, () => [0, ...prompt.slice(0, -1)]);
      const open = await peer.open(side, threads, { most: 128 });
      let last = Array.from({ length: texts }, () => prompt.at(-1)!);
      for (let i = 0; i < tokens; i++) last = await open.next(last);
      await open.close();
    };
  }
  const seconds = await interleaved(contestants, repetitions);
  await peer.close();
  const better = seconds["1"]! < seconds["2"]! ? "1" : "2";
  const [mine, theirs] = [seconds["ours"]!, seconds[better]!];
  return [{
    name: `sampling ${texts} texts`,
    shape: `${policy.name}, ${tokens} tokens each, temperature 1`,
    ours: texts * tokens / mine,
    peer: texts * tokens / theirs,
    peerName: `llama.cpp, the same weights in F32, ${better} thread${better === "1" ? "" : "s"}`,
    unit: "tokens/s",
    ratio: theirs / mine,
  }];
}

/** Both continue the prompt with the same likeliest tokens. */
async function checkSameModel(
  policy: LanguageModel,
  peer: LlamaModel,
  prompt: readonly number[],
  tokens: number,
): Promise<void> {
  const text = await policy.open(prompt);
  const theirs = await peer.open([[0, ...prompt.slice(0, -1)]], 1);
  let last = prompt.at(-1)!;
  for (let i = 0; i < tokens; i++) {
    const likeliest = text.logits.indexOf(Math.max(...text.logits));
    const [next] = await theirs.next([last], true);
    if (next !== likeliest) {
      throw new Error(`token ${i}: ours is ${likeliest}, llama.cpp's ${next}; not the same model`);
    }
    last = likeliest;
    await policy.extendBatch([text], [[last]]);
  }
  text.close();
  await theirs.close();
}

/** A tensor in GGUF's order: llama.cpp turns neighbouring coordinates of a head, safetensors keep halves apart. */
function floats(
  name: string,
  shape: readonly number[],
  data: Float32Array,
  config: TransformerConfig,
): GgufTensor {
  const sizes = [...shape].reverse();
  const kept = /self_attn\.[qk]_proj/.test(name)
    ? neighbours(data, sizes[0]!, config.head_dim)
    : data;
  return {
    name: ggufName(name),
    sizes,
    type: "F32",
    bytes: new Uint8Array(Float32Array.from(kept).buffer),
  };
}

/** Rows of each head in the order 0, h/2, 1, h/2 + 1, … */
function neighbours(data: Float32Array, columns: number, head: number): Float32Array {
  const turned = new Float32Array(data.length);
  for (let row = 0; row < data.length / columns; row++) {
    const [first, within] = [row - row % head, row % head];
    const to = first + (within < head / 2 ? 2 * within : 2 * (within - head / 2) + 1);
    turned.set(data.subarray(row * columns, (row + 1) * columns), to * columns);
  }
  return turned;
}
