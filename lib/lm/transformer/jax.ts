/**
 * The one place that loads jax-js. The package is fetched the first time {@linkcode loadJax} runs, so a
 * notebook that trains nothing never downloads it.
 *
 * Rules of this library that every function built on it keeps (each has a golden test in
 * `tests/lm/transformer/jax_faults_test.ts`):
 * - an array handed to a function is consumed; `.ref` keeps it;
 * - **mask, never slice**: inside `jit(grad(...))`, slicing an intermediate and summing the rest leaks
 *   gradient into the rows that were dropped;
 * - cross-entropy is `logSoftmax × oneHot`: the jitted gradient of `takeAlongAxis` does not compile;
 * - its results hang on the processor: where the machine has a fused multiply-add, it uses that;
 * - a process that used it must end with `Deno.exit`: its worker pool keeps the event loop alive.
 *
 * @module
 */
import type * as JaxModule from "@jax-js/jax";
import { processorDependent } from "kernels/contract/processor.ts";

/** The whole module `@jax-js/jax`, as returned by {@linkcode loadJax}. */
export type Jax = typeof JaxModule;

/** A jax-js array; reference counted. */
export type JaxArray = JaxModule.Array;

/** Named arrays: parameters, gradients or optimiser state. */
export type ArrayTree = { [name: string]: JaxArray };

let loaded: Promise<Jax> | undefined;

/** Loads jax-js on its WebAssembly backend, once per process. */
export function loadJax(): Promise<Jax> {
  loaded ??= (async () => {
    // Not a literal: Deno would otherwise download the package as soon as this file is loaded.
    const specifier: string = "@jax-js/jax";
    const jax = await import(specifier) as Jax;
    await jax.init("wasm");
    jax.defaultDevice("wasm");
    return jax;
  })();
  processorDependent("jax-js");
  return loaded;
}

/** A float32 array of the given shape, copied from `data` (row-major). */
export function fromFloats(jax: Jax, data: Float32Array, shape: readonly number[]): JaxArray {
  return jax.numpy.array(new Float32Array(data), { shape: [...shape] });
}

/** An int32 array of the given shape, copied from `data` (row-major). */
export function fromIntegers(
  jax: Jax,
  data: ArrayLike<number>,
  shape: readonly number[],
): JaxArray {
  return jax.numpy.array(Int32Array.from(data), { shape: [...shape] });
}

/**
 * SiLU, x ÷ (1 + e⁻ˣ), consuming its argument. The gradient of jax-js' own is NaN below −88.4, where e⁻ˣ
 * leaves float32; there the value is less than 10⁻³², and both are cut at −80. Above it nothing differs.
 */
export function silu(jax: Jax, x: JaxArray): JaxArray {
  return jax.nn.silu(jax.numpy.maximum(x, -80));
}

/** Another reference to every array of the tree. */
export function refs(tree: ArrayTree): ArrayTree {
  return Object.fromEntries(Object.entries(tree).map(([name, array]) => [name, array.ref]));
}

/** Gives up every array of the tree. */
export function disposeAll(tree: ArrayTree): void {
  for (const array of Object.values(tree)) array.dispose();
}

/** The values of every array, in float32, without consuming them. */
export async function toFloats(tree: ArrayTree): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [name, array] of Object.entries(tree)) {
    values.set(name, await array.ref.data() as Float32Array);
  }
  processorDependent("jax-js", values.values());
  return values;
}
