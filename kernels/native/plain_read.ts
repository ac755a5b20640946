/**
 * Reading memory and nothing else: what a product that is bound by memory is held against.
 *
 * @module
 */
import { loadLibrary } from "./library.ts";

/**
 * A function that reads words as fast as memory gives them, and does nothing with them.
 *
 * @param threads that share the words.
 * @throws {NativeUnavailable} where the native kernels cannot be had.
 */
export async function plainRead(threads: number): Promise<(words: Uint32Array) => void> {
  const { symbols } = await loadLibrary();
  return (words) => {
    symbols.offprint_read(threads, words, words.length / 2);
  };
}
