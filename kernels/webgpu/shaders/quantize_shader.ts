/**
 * The WGSL of activation quantisation.
 *
 * @module
 */
import type { ActivationScheme } from "../../contract/quantized_activations.ts";

/** What the shader is built for. */
export interface QuantizeOptions {
  readonly scheme: ActivationScheme;
  /** Channels are taken in another order. */
  readonly ordered?: boolean;
  /** Numbers are `silu(g) · u` of rows `[g columns][u columns]` (SwiGLU). */
  readonly gated?: boolean;
}

/**
 * Quantises one block of one token per workgroup of 32 invocations, four channels each. `x` is read as
 * bits: sizes of floats order like their bits without the sign, and a NaN is met as a number, which
 * WGSL does not promise for floats. `refused[flag]` becomes the least place of a number that is not finite.
 *
 * A GPU may take numbers below the least normal one for 0: a block whose scale would be so small may
 * become zeros.
 */
export function quantizeShader({ scheme, ordered, gated }: QuantizeOptions): string {
  const offset = scheme === "minmax";
  const channel = ordered ? "order[first + i]" : "first + i";
  return `
struct Sizes { columns: u32, blocks: u32, blockSize: u32, flag: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<u32>;            // [tokens][columns]
@group(0) @binding(2) var<storage, read> bits: array<u32>;         // [blocks]
@group(0) @binding(3) var<storage, read_write> codes: array<u32>;  // [tokens][blocks * blockSize / 4]
@group(0) @binding(4) var<storage, read_write> scales: array<f32>; // [tokens][blocks]
@group(0) @binding(5) var<storage, read_write> sums: array<i32>;   // [tokens][blocks]
@group(0) @binding(6) var<storage, read_write> refused: array<atomic<u32>>;
${
    offset
      ? "@group(0) @binding(7) var<storage, read_write> zeros: array<f32>;  // [tokens][blocks]"
      : ""
  }
${
    ordered
      ? `@group(0) @binding(${offset ? 8 : 7}) var<storage, read> order: array<u32>; // [columns]`
      : ""
  }
${gated ? GATE : ""}
${offset ? RANGE : SYMMETRIC}
var<workgroup> total: atomic<i32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let block = group.x;
  let token = group.y;
  let first = block * sizes.blockSize + 4u * lane;
  let inside = 4u * lane < sizes.blockSize;
  let channels = select(0u, min(4u, max(sizes.columns, first) - first), inside);
  var four = vec4<u32>(0u);
  for (var i = 0u; i < channels; i++) {
    let channel = ${channel};
    four[i] = ${
    gated
      ? "gate(x[2u * token * sizes.columns + channel], x[(2u * token + 1u) * sizes.columns + channel])"
      : "x[token * sizes.columns + channel]"
  };
    if ((four[i] & 0x7f800000u) == 0x7f800000u) {
      atomicMin(&refused[sizes.flag], token * sizes.columns + first + i);
    }
  }
  let size = four & vec4<u32>(0x7fffffffu);
  let at = token * sizes.blocks + block;
${offset ? RANGE_CODES : SYMMETRIC_CODES}
  atomicAdd(&total, code.x + code.y + code.z + code.w);
  let packed = vec4<u32>(code) & vec4<u32>(255u);
  if (inside) {
    codes[(at * sizes.blockSize) / 4u + lane] = packed.x | packed.y << 8u | packed.z << 16u | packed.w << 24u;
  }
  workgroupBarrier();
  if (lane == 0u) {
    scales[at] = scale;
    sums[at] = atomicLoad(&total);
  }
}
`;
}

/** `silu(g) · u` with `silu(g) = g · σ(g)`, from bits to bits; the exponential never grows. */
const GATE = `fn gate(gBits: u32, uBits: u32) -> u32 {
  let g = bitcast<f32>(gBits);
  let e = exp(-abs(g));
  let sigmoid = select(e, 1.0, g >= 0.0) / (1.0 + e);
  return bitcast<u32>((g * sigmoid) * bitcast<f32>(uBits));
}`;

const SYMMETRIC = "var<workgroup> most: atomic<u32>;";

const SYMMETRIC_CODES = `
  atomicMax(&most, max(max(size.x, size.y), max(size.z, size.w)));
  workgroupBarrier();
  let limit = select(127.0, 7.0, bits[block] == 4u);
  var scale = bitcast<f32>(atomicLoad(&most)) / limit;
  if (scale == 0.0) { scale = 1.0; }
  let code = vec4<i32>(clamp(floor(bitcast<vec4<f32>>(four) / scale + 0.5), vec4<f32>(-limit), vec4<f32>(limit)));`;

/** Bits of floats to whole numbers of the same order, so that a range is found with atomics. */
const RANGE = `var<workgroup> above: atomic<u32>;
var<workgroup> below: atomic<u32>; // the complement of the least: memory starts as 0

fn ordered(x: u32) -> u32 { return select(x | 0x80000000u, ~x, (x & 0x80000000u) != 0u); }
fn unordered(x: u32) -> f32 { return bitcast<f32>(select(~x, x & 0x7fffffffu, (x & 0x80000000u) != 0u)); }`;

const RANGE_CODES = `
  for (var i = 0u; i < channels; i++) {
    atomicMax(&above, ordered(four[i]));
    atomicMax(&below, ~ordered(four[i]));
  }
  workgroupBarrier();
  let high = unordered(atomicLoad(&above));
  let low = unordered(~atomicLoad(&below));
  let top = select(255.0, 15.0, bits[block] == 4u);
  let least = select(128.0, 8.0, bits[block] == 4u);
  // Halves where a difference could leave the range of floats.
  let unit = select(1.0, 0.5, max(abs(high), abs(low)) > 1e38);
  var scale = (high * unit - low * unit) / (top * unit);
  if (scale == 0.0) { scale = abs(low); }
  if (scale == 0.0) { scale = 1.0; }
  let steps = floor((bitcast<vec4<f32>>(four) * unit - low * unit) / (scale * unit) + 0.5);
  var code = vec4<i32>(clamp(steps, vec4<f32>(0.0), vec4<f32>(top)) - least);
  code = select(vec4<i32>(0), code, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(channels));
  if (lane == 0u) { zeros[at] = -least - low / scale; }`;
