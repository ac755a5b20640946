/**
 * Writes models in GGUF, the file format of llama.cpp: as much of it as a LLaMA shape with random weights
 * needs.
 *
 * @module
 */

/** A value of the file's metadata; a number is written as an unsigned 32-bit integer unless wrapped. */
export type GgufValue = string | number | { float: number } | readonly string[];

/** A tensor: sizes with the fastest-running first, and its bytes in one of ggml's types. */
export interface GgufTensor {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly type: "F32" | "Q4_0";
  readonly bytes: Uint8Array;
}

/** Numbers of ggml's types and of the metadata's. */
const GGML = { F32: 0, Q4_0: 2 } as const;
const UINT32 = 4, FLOAT32 = 6, STRING = 8, ARRAY = 9;
const VERSION = 3;
/** Tensors begin at multiples of this many bytes. */
const ALIGNMENT = 32;

/** Numbers of a Q4_0 block, which holds a 16-bit scale and a nibble for each. */
export const Q4_0_BLOCK = 32;
/** Bytes of a Q4_0 block. */
export const Q4_0_BYTES = 18;

/** The bytes of a GGUF file, in pieces to be written one after the other. */
export function* gguf(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Generator<Uint8Array> {
  const head = new Writer();
  head.bytes(new TextEncoder().encode("GGUF"));
  head.u32(VERSION);
  head.u64(tensors.length);
  head.u64(Object.keys(metadata).length);
  for (const [name, value] of Object.entries(metadata)) {
    head.text(name);
    head.value(value);
  }
  let offset = 0;
  for (const { name, sizes, type, bytes } of tensors) {
    head.text(name);
    head.u32(sizes.length);
    for (const size of sizes) head.u64(size);
    head.u32(GGML[type]);
    head.u64(offset);
    offset += aligned(bytes.length);
  }
  yield padded(head.whole());
  for (const { bytes } of tensors) yield padded(bytes);
}

const aligned = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % ALIGNMENT === 0) return bytes;
  const whole = new Uint8Array(aligned(bytes.length));
  whole.set(bytes);
  return whole;
}

/** Little-endian numbers and texts, one after the other. */
class Writer {
  #parts: Uint8Array[] = [];

  bytes(bytes: Uint8Array): void {
    this.#parts.push(bytes);
  }

  u32(value: number): void {
    this.bytes(new Uint8Array(Uint32Array.of(value).buffer));
  }

  u64(value: number): void {
    this.bytes(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u64(bytes.length);
    this.bytes(bytes);
  }

  value(value: GgufValue): void {
    if (typeof value === "string") {
      this.u32(STRING);
      this.text(value);
    } else if (typeof value === "number") {
      this.u32(UINT32);
      this.u32(value);
    } else if ("float" in value) {
      this.u32(FLOAT32);
      this.bytes(new Uint8Array(Float32Array.of(value.float).buffer));
    } else {
      this.u32(ARRAY);
      this.u32(STRING);
      this.u64(value.length);
      for (const text of value) this.text(text);
    }
  }

  whole(): Uint8Array {
    const whole = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
