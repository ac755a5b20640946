/**
 * The dot product instructions of an instruction set on registers and nothing else: what a product of many tokens is held against.
 *
 * @module
 */
import { type Variant, VARIANTS } from "./build.ts";
import { loadLibrary } from "./library.ts";

/** A variant's yardstick. */
export interface ProductPeak {
  /** What it repeats. */
  readonly instructions: string;
  /** Runs it on each of the threads; returns the multiply-adds that were done. */
  run(): number;
}

const INSTRUCTIONS: Partial<Record<Variant, string>> = {
  avx2: "vpmaddubsw and vpaddw of 32 bytes",
  avxvnni: "vpdpbusd of 32 bytes",
  avx512vnni: "vpdpbusd of 64 bytes",
};

/** Repetitions of a piece of a run, which is a fraction of a millisecond. */
const TURNS = 20_000, PIECES = 8;

/**
 * A function that multiplies and adds as fast as a variant can at all, and does nothing with it; undefined for a variant without one.
 *
 * @param threads that each do as much.
 * @throws {NativeUnavailable} where the native kernels cannot be had.
 */
export async function productPeak(
  variant: string,
  threads: number,
): Promise<ProductPeak | undefined> {
  const { symbols } = await loadLibrary();
  const number = VARIANTS.findIndex((name) => name === variant);
  const instructions = INSTRUCTIONS[variant as Variant];
  if (number < 0 || instructions === undefined) return undefined;
  return {
    instructions,
    run: () => symbols.offprint_peak(number, threads, TURNS) * TURNS * PIECES * threads,
  };
}
