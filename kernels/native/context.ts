/**
 * What the parts of the native backend share: the library they call, when a call leaves JavaScript's thread,
 * where arrays lie, and what a refusal means.
 *
 * @module
 */
import { notFinite } from "../contract/checks.ts";
import { OUT_OF_MEMORY, type Symbols } from "./library.ts";

/** What the parts of the backend call, and with what. */
export interface NativeContext {
  readonly c: Symbols;
  /** The number of the variant in `exports.c`. */
  readonly variant: number;
  readonly threads: number;
  /** Threads for a call of about `work` multiply-adds. */
  threadsFor(work: number): number;
}

/**
 * Multiply-adds from which a call is moved off JavaScript's thread: some milliseconds. Changing threads
 * takes about 0.15 ms (two processors of a virtual machine, measured), which shorter calls would feel.
 */
export const LONG = 1 << 29;

/**
 * Where an array lies. Asking for its buffer first moves one of at most 64 bytes, which V8 keeps among
 * its objects and moves at will, to memory of its own, for good.
 */
export function addressOf(array: ArrayBufferView<ArrayBufferLike> | null): bigint {
  if (array === null) return 0n;
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes as Uint8Array<ArrayBuffer>));
}

/** What the index of a refused number means. */
export function refused(what: string, values: Float32Array, index: number, row: number): Error {
  if (index === OUT_OF_MEMORY) return outOfMemory(what);
  return notFinite(what, values[index]!, index, row);
}

/** C could not allocate its scratch memory. */
export function outOfMemory(what: string): Error {
  return new Error(`${what}: out of memory`);
}
