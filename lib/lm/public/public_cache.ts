/**
 * Caches of the public layout. Its graphs take the whole past and return a longer one, so a past is never
 * changed and branches share it. Texts of equal length lie side by side in one block; as long as they are
 * extended together nothing is copied here.
 *
 * @module
 */
import type { Ort, OrtTensor } from "../onnx/runtime.ts";
import type { PublicLayout } from "./public_layout.ts";

/** Keys and values of every layer, for texts of equal length. */
export interface PastBlock {
  texts: number;
  /** Tokens of each text. */
  length: number;
  /** `[texts, heads, length, width]`, by the names of the inputs. */
  tensors: Record<string, OrtTensor>;
}

/** One text's row of a block. The block stays in memory as long as one of its rows is in use. */
export interface Past {
  block: PastBlock;
  row: number;
}

type Numbers = Float32Array | Float16Array;

/** The past of a text before its first token. */
export function emptyPast(ort: Ort, layout: PublicLayout): Past {
  const tensors: Record<string, OrtTensor> = {};
  for (const name of layout.caches) {
    tensors[name] = tensor(ort, layout, zeros(layout, 0), 1, 0);
  }
  return { block: { texts: 1, length: 0, tensors }, row: 0 };
}

/** A block whose rows are the given pasts, all of the same length; copied unless they are one already. */
export function sideBySide(ort: Ort, layout: PublicLayout, pasts: readonly Past[]): PastBlock {
  const { block } = pasts[0]!;
  if (
    block.texts === pasts.length && pasts.every((past, i) => past.block === block && past.row === i)
  ) {
    return block;
  }
  return copied(ort, layout, pasts, block.length);
}

/** The first `length` tokens of a past. */
export function cutPast(ort: Ort, layout: PublicLayout, past: Past, length: number): Past {
  if (length === past.block.length) return past;
  return { block: copied(ort, layout, [past], length), row: 0 };
}

/** The values of a tensor of floats as float32. */
export function float32Values({ data }: OrtTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  return Float32Array.from(numbersOf(data));
}

function copied(
  ort: Ort,
  layout: PublicLayout,
  pasts: readonly Past[],
  length: number,
): PastBlock {
  const { heads, width } = layout;
  const tensors: Record<string, OrtTensor> = {};
  for (const name of layout.caches) {
    const target = zeros(layout, pasts.length * heads * length * width);
    pasts.forEach(({ block, row }, text) => {
      const source = numbersOf(block.tensors[name]!.data);
      for (let head = 0; head < heads; head++) {
        const from = (row * heads + head) * block.length * width;
        target.set(
          source.subarray(from, from + length * width),
          (text * heads + head) * length * width,
        );
      }
    });
    tensors[name] = tensor(ort, layout, target, pasts.length, length);
  }
  return { texts: pasts.length, length, tensors };
}

function tensor(
  ort: Ort,
  { dtype, heads, width }: PublicLayout,
  data: Numbers,
  texts: number,
  length: number,
): OrtTensor {
  const shape = [texts, heads, length, width];
  return data instanceof Float32Array
    ? new ort.Tensor("float32", data, shape)
    : feedable(new ort.Tensor(dtype, bitsOf(data), shape));
}

/**
 * The same tensor, so that it can be an input: of a `Float16Array`, in which `Tensor` keeps float16 numbers,
 * ONNX Runtime's binding sees no bytes under Deno, but it takes them as 16-bit integers.
 */
export function feedable(tensor: OrtTensor): OrtTensor {
  const { data } = tensor;
  return data instanceof Float16Array
    ? Object.defineProperty(tensor, "data", { value: bitsOf(data) })
    : tensor;
}

function zeros({ dtype }: PublicLayout, count: number): Numbers {
  return dtype === "float32" ? new Float32Array(count) : new Float16Array(count);
}

function numbersOf(data: OrtTensor["data"]): Numbers {
  if (data instanceof Uint16Array) {
    return new Float16Array(data.buffer, data.byteOffset, data.length);
  }
  return data as Numbers;
}

function bitsOf(data: Float16Array): Uint16Array {
  return new Uint16Array(data.buffer, data.byteOffset, data.length);
}
