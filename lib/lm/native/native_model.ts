/**
 * A transformer run by the project's own kernels in 32-bit floats, behind the {@linkcode LanguageModel} interface.
 *
 * @module
 */
import { Fp32Decoder, Fp32Text, type Kernels, openKernels } from "kernels/mod.ts";
import {
  checkPrompt,
  extendInOnePass,
  type ModelWarpOptions,
  type PassingModel,
  PassingSequence,
  type PassResult,
  passResults,
  type Sequence,
  type Tokens,
  Turns,
} from "../interface/mod.ts";
import type { ClosableModel } from "../onnx/mod.ts";
import { rotaryTable, type TransformerConfig } from "../transformer/mod.ts";

/** How a model is run. */
export interface NativeModelOptions {
  name?: string;
  /** Threads of the kernels; results do not depend on it. Default `OFFPRINT_THREADS`, else one per processor. */
  threads?: number;
}

/** Whether the kernels can run a model of these sizes: widths are multiples of 8. */
export function fitsKernels(config: TransformerConfig): boolean {
  const { hidden_size: width, intermediate_size: inner, head_dim: headDim } = config;
  return [width, inner, headDim].every((size) => size % 8 === 0);
}

/**
 * A transformer with the given weights, run by native kernels, or by the reference in plain TypeScript (`backend`). A
 * token's logits are the same bits, whatever else is in the pass and however many threads there are.
 *
 * Every text starts from the begin-of-text token, whether the prompt spells it or not; it is not counted in `length`, and
 * `open([])` starts from it alone.
 *
 * @param weights float32, by the names of `tensorShapes`.
 * @throws {KernelError} where native kernels cannot run, and for sizes that do not {@linkcode fitsKernels fit}.
 */
export async function nativeModel(
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array>,
  options: NativeModelOptions & { backend?: "native" | "reference" } = {},
): Promise<ClosableModel> {
  const { name, threads, backend = "native" } = options;
  return kernelModel(await openKernels({ backend, ...threadsOf(threads) }), config, weights, name);
}

/** Another runtime does the work, whose results are as good: nobody need be told. */
const inSilence = () => {};

/**
 * {@linkcode nativeModel}, or undefined where native kernels cannot run: no compiler, no permission.
 *
 * @throws {KernelError} for a backend or variant named in the environment that does not exist, and for weights that do not fit.
 */
export async function nativeModelIfHere(
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array>,
  { name, threads }: NativeModelOptions,
): Promise<ClosableModel | undefined> {
  const kernels = await openKernels({ say: inSilence, ...threadsOf(threads) });
  if (kernels.backend === "native") return kernelModel(kernels, config, weights, name);
  kernels.close();
  return undefined;
}

const threadsOf = (threads: number | undefined) => threads === undefined ? {} : { threads };

/** A model on kernels that are open. */
function kernelModel(
  kernels: Kernels,
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array>,
  name = "transformer",
): ClosableModel {
  return new NativeModel(name, config, kernels, decoderOf(config, weights));
}

/** The decoder that the kernels read. */
function decoderOf(
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array>,
): Fp32Decoder {
  const take = (name: string) => weights.get(`${name}.weight`)!;
  const { head_dim: headDim, max_position_embeddings: positions } = config;
  const { cos, sin } = rotaryTable(positions, headDim, config.rope_theta);
  // Both halves of a head turn by the same angles.
  const half = (table: Float32Array) => table.filter((_, i) => i % headDim < headDim / 2);
  const embedding = take("model.embed_tokens");
  return new Fp32Decoder({
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads,
    headDim,
    epsilon: config.rms_norm_eps,
    embedding,
    head: config.tie_word_embeddings ? embedding : take("lm_head"),
    finalNorm: take("model.norm"),
    cos: half(cos),
    sin: half(sin),
    layers: Array.from({ length: config.num_hidden_layers }, (_, index) => {
      const part = (name: string) => take(`model.layers.${index}.${name}`);
      return {
        attentionNorm: part("input_layernorm"),
        q: part("self_attn.q_proj"),
        k: part("self_attn.k_proj"),
        v: part("self_attn.v_proj"),
        o: part("self_attn.o_proj"),
        mlpNorm: part("post_attention_layernorm"),
        gate: part("mlp.gate_proj"),
        up: part("mlp.up_proj"),
        down: part("mlp.down_proj"),
      };
    }),
  });
}

/** New tokens that one pass of opening texts reads: some megabytes of activations. */
const MOST_ROWS = 2048;

class NativeModel implements ClosableModel, PassingModel<NativeSequence> {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly bos: number;
  readonly #kernels: Kernels;
  readonly decoder: Fp32Decoder;
  /** A long pass runs beside JavaScript; its texts must not change under it. */
  readonly #turns = new Turns();

  constructor(
    readonly name: string,
    readonly config: TransformerConfig,
    kernels: Kernels,
    decoder: Fp32Decoder,
  ) {
    this.vocabSize = config.vocab_size;
    this.contextLength = config.max_position_embeddings - 1;
    this.bos = config.bos_token_id;
    this.#kernels = kernels;
    this.decoder = decoder;
  }

  warp({ temperature = 1, topK, topP }: ModelWarpOptions): (logits: Float32Array) => Float64Array {
    const few = topK !== undefined && topK < this.vocabSize;
    return this.#kernels.warp({
      temperature,
      ...(few && { topK }),
      ...(topP !== undefined && { topP }),
    });
  }

  async open(prompt: Tokens): Promise<Sequence> {
    const [sequence] = await this.openBatch([prompt]);
    return sequence!;
  }

  async openBatch(prompts: readonly Tokens[]): Promise<Sequence[]> {
    const texts = prompts.map((prompt) => [this.bos, ...checkPrompt(this, prompt)]);
    const opened = texts.map(() => new NativeSequence(this, new Fp32Text(this.decoder)));
    for (let from = 0; from < texts.length;) {
      let to = from, rows = 0;
      do rows += texts[to++]!.length; while (
        to < texts.length && rows + texts[to]!.length <= MOST_ROWS
      );
      const some = opened.slice(from, to);
      const passes = await this.pass(
        some.map((sequence, i) => ({ sequence, tokens: texts[from + i]! })),
        true,
      );
      some.forEach((sequence, i) => sequence.accept(passes[i]!.logits));
      from = to;
    }
    return opened;
  }

  extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    return extendInOnePass(this, sequences, tokens, NativeSequence);
  }

  async pass(
    texts: readonly { sequence: NativeSequence; tokens: Tokens }[],
    lastOnly = false,
  ): Promise<PassResult[]> {
    const extensions = texts.map(({ sequence, tokens }) => ({ text: sequence.text, tokens }));
    const rows = await this.#turns.take(() =>
      this.#kernels.forward32(this.decoder, extensions, lastOnly)
    );
    const counts = texts.map(({ tokens }) => lastOnly ? 1 : tokens.length);
    return passResults(counts, rows, this.decoder);
  }

  close(): Promise<void> {
    this.#kernels.close();
    return Promise.resolve();
  }
}

class NativeSequence extends PassingSequence<NativeSequence, NativeModel> {
  /** The begin-of-text token is its first. */
  readonly text: Fp32Text;

  constructor(model: NativeModel, text: Fp32Text, logits?: Float32Array) {
    super(model, logits);
    this.text = text;
  }

  protected held(): number {
    return this.text.length - 1;
  }

  protected cut(length: number): void {
    this.text.truncate(length + 1);
  }

  protected branch(logits: Float32Array | undefined): Sequence {
    return new NativeSequence(this.model, this.text.fork(), logits);
  }

  protected release(): void {
    this.text.close();
  }
}
