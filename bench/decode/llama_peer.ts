/**
 * llama.cpp as a peer: the prebuilt library of node-llama-cpp, called at its own entries, so that nothing
 * of that package's JavaScript is measured.
 *
 * @module
 */
import { createRequire } from "node:module";
import { ROOT } from "offprint/kit/project.ts";

/** The release that is measured. */
const VERSION = "3.22.1";
const PACKAGE = "@node-llama-cpp/linux-x64";

/** How to get what is measured: 29 MB, and none of the package's other binaries (700 MB). */
const HOW_TO_INSTALL =
  `npm install --prefix out/llama --no-save --ignore-scripts ${PACKAGE}@${VERSION}`;

/** The entries used, as `llama-addon.node` exports them. */
interface Addon {
  markLoaded(): boolean;
  setLoggerLogLevel(level: number): void;
  loadBackends(path?: string): void;
  init(): Promise<void>;
  AddonModel: new (path: string, options: Record<string, unknown>) => AddonModel;
  AddonContext: new (model: AddonModel, options: Record<string, unknown>) => AddonContext;
  AddonSampler: new (model: AddonModel) => AddonSampler;
}
interface AddonSampler {
  applyConfig(config: { temperature: number; seed?: number }): void;
  dispose(): void;
}
interface AddonModel {
  init(): Promise<boolean>;
  dispose(): Promise<void>;
}
interface AddonContext {
  init(): Promise<boolean>;
  dispose(): Promise<void>;
  setThreads(threads: number): void;
  initBatch(tokens: number): void;
  /** `logitIndexes`: those of `tokens` whose logits are wanted. */
  addToBatch(
    sequence: number,
    position: number,
    tokens: Uint32Array,
    logitIndexes: Uint32Array,
  ): Uint32Array;
  decodeBatch(): Promise<void>;
  /** A token from the logits that `addToBatch` gave the number of. */
  sampleToken(logits: number, sampler: AddonSampler): Promise<number>;
  /** Forgets the tokens from position `from` to before `to`; -1 is the end. */
  removeTokenCellsFromSequence(sequence: number, from: number, to: number): boolean;
}

/** A model in llama.cpp. */
export interface LlamaModel {
  /** Texts side by side, each from a prompt. */
  open(
    prompts: readonly (readonly number[])[],
    threads: number,
    options?: LlamaTextOptions,
  ): Promise<LlamaTexts>;
  /** One text from a prompt, which several tokens can be added to in a pass and which can be cut. */
  openText(
    prompt: readonly number[],
    threads: number,
    options?: LlamaTextOptions,
  ): Promise<LlamaText>;
  close(): Promise<void>;
}

/** How llama.cpp keeps a text. */
export interface LlamaTextOptions {
  /** The most tokens; default 512. */
  readonly most?: number;
  /** Default true. */
  readonly flashAttention?: boolean;
}

/** A text that grows and is cut. */
export interface LlamaText {
  /** A forward pass over some tokens, up to the logits after each. */
  extend(tokens: readonly number[]): Promise<void>;
  /** Back to the first `length` tokens, the begin-of-text token not counted. */
  truncate(length: number): void;
  close(): Promise<void>;
}

/** Texts that grow together. */
export interface LlamaTexts {
  /** One token for each: a forward pass up to the logits of each, without sampling. */
  extend(tokens: readonly number[]): Promise<void>;
  /** The same, and the next token of each: drawn at temperature 1, or the likeliest if `greedy`. */
  next(tokens: readonly number[], greedy?: boolean): Promise<number[]>;
  close(): Promise<void>;
}

/** The library, or why it is not there. */
export async function openLlama(): Promise<{ load(path: string): Promise<LlamaModel> } | string> {
  const path = `${ROOT}out/llama/node_modules/${PACKAGE}`;
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    return `no peer for ${Deno.build.os} ${Deno.build.arch}`;
  }
  try {
    const { version } = JSON.parse(await Deno.readTextFile(`${path}/package.json`));
    if (version !== VERSION) return `out/llama holds version ${version}: ${HOW_TO_INSTALL}`;
  } catch {
    return `not installed: ${HOW_TO_INSTALL}`;
  }
  const addon = createRequire(import.meta.url)(
    `${path}/bins/linux-x64/llama-addon.node`,
  ) as Addon;
  if (!addon.markLoaded()) {
    addon.setLoggerLogLevel(0);
    addon.loadBackends();
    addon.loadBackends(`${path}/bins/linux-x64`);
  }
  await addon.init();
  return { load: (file) => load(addon, file) };
}

async function load(addon: Addon, file: string): Promise<LlamaModel> {
  const model = new addon.AddonModel(file, { addonExports: addon, gpuLayers: 0, useMmap: true });
  if (!await model.init()) throw new Error(`llama.cpp could not load ${file}`);
  const newContext = async (
    texts: number,
    threads: number,
    { most = 512, flashAttention = true }: LlamaTextOptions = {},
  ): Promise<AddonContext> => {
    const context = new addon.AddonContext(model, {
      contextSize: texts * most,
      batchSize: Math.max(most, texts),
      sequences: texts,
      flashAttention,
      threads,
    });
    if (!await context.init()) throw new Error("llama.cpp could not make a context");
    context.setThreads(threads);
    return context;
  };
  /** A pass over new tokens of one text, up to the logits of those at `asked`. */
  const pass = async (
    context: AddonContext,
    [text, position]: readonly [number, number],
    tokens: readonly number[],
    asked: readonly number[],
  ): Promise<void> => {
    context.initBatch(tokens.length);
    context.addToBatch(text, position, Uint32Array.from(tokens), Uint32Array.from(asked));
    await context.decodeBatch();
  };
  return {
    async open(prompts, threads, options) {
      const context = await newContext(prompts.length, threads, options);
      for (const [i, prompt] of prompts.entries()) await pass(context, [i, 0], prompt, []);
      const lengths = prompts.map(({ length }) => length);
      /** The numbers of the logits. */
      const extend = async (tokens: readonly number[]): Promise<number[]> => {
        context.initBatch(tokens.length);
        const logits = tokens.map((token, i) =>
          context.addToBatch(i, lengths[i]!++, Uint32Array.of(token), Uint32Array.of(0))[0]!
        );
        await context.decodeBatch();
        return logits;
      };
      // One for each text, so that texts can be sampled side by side.
      const samplers = prompts.map((_, i) => {
        const sampler = new addon.AddonSampler(model);
        return { sampler, seed: i + 1, greedy: undefined as boolean | undefined };
      });
      return {
        extend: async (tokens) => void await extend(tokens),
        async next(tokens, greedy = false) {
          const logits = await extend(tokens);
          return await Promise.all(logits.map((at, i) => {
            const mine = samplers[i]!;
            if (mine.greedy !== greedy) {
              mine.sampler.applyConfig({ temperature: greedy ? 0 : 1, seed: mine.seed });
              mine.greedy = greedy;
            }
            return context.sampleToken(at, mine.sampler);
          }));
        },
        async close() {
          for (const { sampler } of samplers) sampler.dispose();
          await context.dispose();
        },
      };
    },
    async openText(prompt, threads, options) {
      const context = await newContext(1, threads, options);
      await pass(context, [0, 0], [0, ...prompt], []);
      let length = 1 + prompt.length;
      return {
        async extend(tokens) {
          await pass(context, [0, length], tokens, [...tokens.keys()]);
          length += tokens.length;
        },
        truncate(to) {
          length = 1 + to;
          if (context.removeTokenCellsFromSequence(0, length, -1)) return;
          throw new Error(`llama.cpp could not cut a text to ${to} tokens`);
        },
        close: () => context.dispose(),
      };
    },
    close: () => model.dispose(),
  };
}
