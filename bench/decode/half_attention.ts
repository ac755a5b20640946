/**
 * Attention over a cache of 16-bit floats as the peer of our 4-bit one: `half_attention.c`, compiled for this
 * processor and with the pool of threads of the native kernels.
 *
 * @module
 */
import { join } from "node:path";
import { findCompiler, NativeUnavailable, runCompiler } from "kernels/native/compiler.ts";
import { ROOT } from "offprint/kit/project.ts";
import { temporaryFolder } from "offprint/temporary.ts";

const SYMBOLS = {
  half_attention: {
    parameters: [
      ...["i32", "i32", "i32"] as const, // threads, heads, tokens
      ...["buffer", "buffer", "buffer", "buffer", "buffer"] as const, // keys, values, q, output, scores
    ],
    result: "void",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** Channels of a head, and tokens that lie together in the keys. */
export const HALF_DIM = 64, HALF_GROUP = 64;

/** Keys `[heads][tokens / 64][64 channels][64 tokens]` and values `[heads][tokens][64]` in 16-bit floats. */
export interface HalfCache {
  readonly heads: number;
  /** A multiple of 64. */
  readonly tokens: number;
  readonly keys: Uint16Array<ArrayBuffer>;
  readonly values: Uint16Array<ArrayBuffer>;
}

/** Attends queries `[heads][64]`, one a head, over all tokens of a cache, into `output` of the same shape. */
export type HalfAttention = (
  cache: HalfCache,
  q: Float32Array<ArrayBuffer>,
  output: Float32Array<ArrayBuffer>,
) => void;

/**
 * Compiles and loads it.
 *
 * @throws {NativeUnavailable} without a C compiler that knows this processor.
 */
export async function openHalfAttention(threads: number): Promise<HalfAttention> {
  const { command } = await findCompiler();
  const folder = await temporaryFolder("bench");
  const kernels = `${ROOT}kernels/native/src`;
  const run = async (...args: string[]) => {
    const { code, stderr } = await runCompiler(command, args);
    if (code !== 0) throw new NativeUnavailable(`${command} failed (${stderr.split("\n")[0]})`);
  };
  try {
    const objects = ["peer.o", "pool.o"].map((name) => join(folder, name)) as [string, string];
    const flags = ["-std=gnu11", "-O3", "-fPIC", "-fvisibility=hidden", `-I${kernels}`, "-c"];
    const peer = `${ROOT}bench/decode/half_attention.c`;
    await run(...flags, "-march=native", "-ffast-math", peer, "-o", objects[0]);
    await run(...flags, `${kernels}/pool.c`, "-o", objects[1]);
    const library = join(folder, "half_attention.so");
    // Without -ffast-math here: it would make the whole process take subnormal numbers for 0.
    await run("-shared", ...objects, "-o", library, "-lm", "-lpthread", "-ldl");
    const { symbols } = Deno.dlopen(library, SYMBOLS);
    let scores = new Float32Array(0);
    return ({ heads, tokens, keys, values }, q, output) => {
      if (scores.length < heads * tokens) scores = new Float32Array(heads * tokens);
      symbols.half_attention(threads, heads, tokens, keys, values, q, output, scores);
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
