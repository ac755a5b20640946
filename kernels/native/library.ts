/**
 * The compiled kernels, loaded.
 *
 * @module
 */
import { granted } from "../contract/permissions.ts";
import { NativeUnavailable } from "./compiler.ts";
import { buildLibrary, type BuildOptions, type Variant, VARIANTS } from "./build.ts";

/** The functions of `exports*.c`; the comments name their arguments. */
const SYMBOLS = {
  offprint_variants: { parameters: [], result: "i32" },
  offprint_keep_memory: { parameters: [], result: "i32" },
  offprint_quantize: {
    parameters: [
      ...["i32", "i32"] as const, // variant, threads
      ...["buffer", "buffer"] as const, // x, bits
      ...["buffer", "buffer", "buffer", "buffer"] as const, // codes, scales, zeros, sums
      ...["i32", "i32", "i32", "i32"] as const, // tokens, columns, blocks, blockSize
    ],
    result: "i32",
  },
  offprint_gemm: {
    parameters: [
      ...["i32", "i32"] as const, // variant, threads
      ...["buffer", "buffer", "buffer", "buffer", "buffer"] as const, // codes, scales, zeros, sums, bits
      ...["i32", "buffer", "buffer", "buffer"] as const, // weightBits, weights, scales, sums
      "buffer", // y
      ...["i32", "i32", "i32", "i32"] as const, // tokens, rows, blocks, blockSize
    ],
    result: "void",
  },
  offprint_linear: {
    parameters: [
      ...["i32", "i32"] as const, // variant, threads
      ...["buffer", "buffer"] as const, // x, bits
      ...["buffer", "buffer", "buffer", "buffer"] as const, // codes, scales, zeros, sums
      ...["i32", "buffer", "buffer", "buffer"] as const, // weightBits, weights, scales, sums
      "buffer", // y
      ...["i32", "i32", "i32", "i32", "i32"] as const, // tokens, rows, columns, blocks, blockSize
    ],
    result: "i32",
  },
  offprint_kv_append: {
    parameters: [
      ...["i32", "i32"] as const, // variant, threads
      ...["buffer", "i32", "buffer", "buffer"] as const, // extensions, texts, packed, recent
      ...["i32", "i32", "i32", "i32", "i32"] as const, // layer, kvHeads, headDim, paddedDim, groupSize
      ...["buffer", "buffer", "i32"] as const, // k, v, rows
    ],
    result: "i32",
  },
  offprint_kv_attend: {
    parameters: [
      ...["i32", "i32"] as const, // variant, threads
      ...["buffer", "i32", "buffer", "buffer"] as const, // extensions, texts, packed, recent
      ...["i32", "i32", "i32", "i32", "i32"] as const, // layer, kvHeads, headDim, paddedDim, groupSize
      ...["buffer", "buffer", "i32", "i32"] as const, // q, output, heads, rows
    ],
    result: "i32",
  },
  offprint_forward: {
    parameters: [
      ...["i32", "i32", "buffer"] as const, // variant, threads, decoder
      ...["buffer", "i32", "buffer", "buffer"] as const, // extensions, texts, packed, recent
      ...["i32", "i32"] as const, // paddedDim, groupSize
      ...["buffer", "i32", "buffer", "i32"] as const, // tokens, rows, asked, askedRows
      ...["buffer", "buffer", "buffer"] as const, // logits, hidden, fault
    ],
    result: "i32",
  },
  offprint_forward32: {
    parameters: [
      ...["i32", "i32", "buffer", "buffer", "i32"] as const, // variant, threads, decoder, texts, textCount
      ...["buffer", "buffer", "i32"] as const, // tokens, textOf, rows
      ...["buffer", "i32", "buffer", "buffer"] as const, // asked, askedRows, logits, hidden
    ],
    result: "i32",
  },
  offprint_training_size: {
    parameters: ["buffer", "i32", "i32"], // model, texts, length
    result: "f64",
  },
  offprint_training_forward: {
    parameters: [
      ...["i32", "i32", "buffer", "i32", "i32"] as const, // variant, threads, model, texts, length
      ...["buffer", "buffer", "buffer", "buffer"] as const, // tokens, targets, kept, ends
    ],
    result: "i32",
  },
  offprint_training_back: {
    parameters: [
      ...["i32", "i32", "buffer", "i32", "i32"] as const, // variant, threads, model, texts, length
      ...["buffer", "buffer", "buffer", "buffer", "buffer"] as const, // tokens, targets, kept, coefficients, gradient
    ],
    result: "i32",
  },
  offprint_adamw: {
    parameters: [
      ...["i32", "i32", "buffer", "i32"] as const, // variant, threads, blocks, count
      ...["buffer", "buffer", "buffer", "buffer"] as const, // parameters, first, second, gradient
      ...["buffer", "buffer"] as const, // numbers, squares
    ],
    result: "f64",
  },
  offprint_settle: {
    parameters: ["buffer"], // decoder
    result: "i32",
  },
  offprint_softmax: {
    parameters: [
      ...["i32", "i32"] as const, // variant, threads
      ...["buffer", "buffer", "i32", "i32"] as const, // logits, output, rows, vocabulary
      ...["f64", "i32", "f64", "f64"] as const, // temperature, topK, topP, minP
    ],
    result: "i32",
  },
  offprint_sample: {
    parameters: [
      "i32", // variant
      ...["buffer", "buffer", "buffer"] as const, // probabilities, uniforms, tokens
      ...["i32", "i32"] as const, // rows, vocabulary
    ],
    result: "i32",
  },
  offprint_verify: {
    parameters: [
      "i32", // variant
      ...["buffer", "buffer", "buffer", "buffer", "buffer"] as const, // tokens, lengths, draft, target, uniforms
      ...["buffer", "buffer"] as const, // accepted, next
      ...["i32", "i32", "i32"] as const, // texts, drafted, vocabulary
    ],
    result: "i32",
  },
  offprint_read: {
    parameters: ["i32", "buffer", "i32"], // threads, numbers, count
    result: "i32",
  },
  offprint_peak: {
    parameters: ["i32", "i32", "i32"], // variant, threads, turns
    result: "i32",
  },
  offprint_profile: {
    parameters: ["i32", "buffer"], // start, nanoseconds
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The same functions on another thread, for calls of milliseconds. */
const ON_ANOTHER_THREAD = {
  offprint_gemm_later: { ...SYMBOLS.offprint_gemm, name: "offprint_gemm", nonblocking: true },
  offprint_linear_later: { ...SYMBOLS.offprint_linear, name: "offprint_linear", nonblocking: true },
  offprint_forward_later: {
    ...SYMBOLS.offprint_forward,
    name: "offprint_forward",
    nonblocking: true,
  },
  offprint_forward32_later: {
    ...SYMBOLS.offprint_forward32,
    name: "offprint_forward32",
    nonblocking: true,
  },
  offprint_training_forward_later: {
    ...SYMBOLS.offprint_training_forward,
    name: "offprint_training_forward",
    nonblocking: true,
  },
  offprint_training_back_later: {
    ...SYMBOLS.offprint_training_back,
    name: "offprint_training_back",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

const ALL = { ...SYMBOLS, ...ON_ANOTHER_THREAD };

/** The functions, callable. */
export type Symbols = Deno.DynamicLibrary<typeof ALL>["symbols"];

/** What the functions return beside an index; see `exports.h`. */
export const DONE = -1, OVERFLOWN = -2, OUT_OF_MEMORY = -0x80000000;

/** A loaded library and the variants it can run here. */
export interface Library {
  readonly path: string;
  readonly symbols: Symbols;
  readonly variants: readonly Variant[];
}

const loaded = new Map<string, Promise<Library>>();

/**
 * Compiles where needed, and loads. Libraries are loaded once and never unloaded, since their threads
 * live as long as the process.
 *
 * @throws {NativeUnavailable} when the kernels cannot be had here.
 */
export function loadLibrary(options: BuildOptions = {}): Promise<Library> {
  const key = JSON.stringify(options);
  let library = loaded.get(key);
  if (library === undefined) {
    library = load(options);
    loaded.set(key, library);
  }
  return library;
}

async function load(options: BuildOptions): Promise<Library> {
  if (!granted({ name: "ffi" })) {
    throw new NativeUnavailable("no permission to load it (--allow-ffi)");
  }
  if (!granted({ name: "read" })) {
    throw new NativeUnavailable("no permission to read (--allow-read)");
  }
  if (!granted({ name: "write" })) {
    throw new NativeUnavailable("no permission to write (--allow-write)");
  }
  const path = await buildLibrary(options);
  try {
    const { symbols } = Deno.dlopen(path, ALL);
    symbols.offprint_keep_memory();
    const usable = symbols.offprint_variants();
    return { path, symbols, variants: VARIANTS.filter((_, number) => usable >> number & 1) };
  } catch (error) {
    throw new NativeUnavailable(`cannot load ${path} (${(error as Error).message})`);
  }
}
