/**
 * A decoder's parts on a device, uploaded at its first pass. Weights are `GpuProducts`' own.
 *
 * @module
 */
import { type Decoder, type DecoderLinear, isLinear } from "../contract/decoder.ts";
import { type ActivationFormat, checkedFormat } from "../contract/quantized_activations.ts";
import type { Gpu } from "./device.ts";

/** Rows of a matrix of 16-bit floats that fit a binding. */
export interface HalfPart {
  readonly buffer: GPUBuffer;
  readonly firstRow: number;
  readonly lastRow: number;
}

/** A linear part: its format, and on the device the bits of its blocks and the order of its channels. */
export interface LinearOnDevice {
  readonly linear: DecoderLinear;
  readonly format: Required<ActivationFormat>;
  readonly bits: GPUBuffer;
  readonly order: GPUBuffer | null;
}

/** One block of the decoder. */
export interface LayerOnDevice {
  readonly attentionNorm: GPUBuffer;
  readonly mlpNorm: GPUBuffer;
  readonly qkv: LinearOnDevice;
  readonly o: LinearOnDevice;
  readonly gateUp: LinearOnDevice;
  readonly down: LinearOnDevice;
}

/** What is held for a decoder. */
export interface DecoderOnDevice {
  readonly embedding: readonly HalfPart[];
  readonly head: readonly HalfPart[] | LinearOnDevice;
  readonly finalNorm: GPUBuffer;
  readonly cos: GPUBuffer;
  readonly sin: GPUBuffer;
  readonly layers: readonly LayerOnDevice[];
}

/** Uploads a decoder, no binding larger than `mostBytes`. */
export function uploadDecoder(gpu: Gpu, decoder: Decoder, mostBytes: number): DecoderOnDevice {
  const { width, vocabulary } = decoder;
  const halves = (matrix: Float16Array): HalfPart[] => {
    const bits = new Uint16Array(matrix.buffer, matrix.byteOffset, matrix.length);
    // A binding has a largest size, and an embedding may be larger.
    const step = Math.max(1, Math.floor(mostBytes / (2 * width)));
    return Array.from({ length: Math.ceil(vocabulary / step) }, (_, i) => {
      const firstRow = i * step, lastRow = Math.min(firstRow + step, vocabulary);
      const buffer = gpu.hold(bits.subarray(firstRow * width, lastRow * width));
      return { buffer, firstRow, lastRow };
    });
  };
  const linear = (part: DecoderLinear): LinearOnDevice => ({
    linear: part,
    format: checkedFormat("forward", part.weights.columns, part.format),
    bits: gpu.hold(Uint32Array.from(part.format.bits)),
    order: part.order === undefined ? null : gpu.hold(part.order),
  });
  const embedding = halves(decoder.embedding);
  return {
    embedding,
    head: isLinear(decoder.head)
      ? linear(decoder.head)
      : decoder.head === decoder.embedding
      ? embedding
      : halves(decoder.head),
    finalNorm: gpu.hold(decoder.finalNorm),
    cos: gpu.hold(decoder.cos),
    sin: gpu.hold(decoder.sin),
    layers: decoder.layers.map((layer) => ({
      attentionNorm: gpu.hold(layer.attentionNorm),
      mlpNorm: gpu.hold(layer.mlpNorm),
      qkv: linear(layer.qkv),
      o: linear(layer.o),
      gateUp: linear(layer.gateUp),
      down: linear(layer.down),
    })),
  };
}
