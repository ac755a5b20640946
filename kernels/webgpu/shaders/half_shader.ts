/**
 * 16-bit floats in WGSL by whole-number arithmetic: WGSL may round a conversion either way and take
 * numbers below the least normal one for 0, and the KV cache promises the reference's bits.
 *
 * @module
 */

/** Functions between bits of 32-bit floats and bits of 16-bit floats. */
export const HALF_FUNCTIONS = `
// Whether the bits of a 32-bit float round to a finite 16-bit one.
fn fitsHalf(x: u32) -> bool { return (x & 0x7fffffffu) < 0x477ff000u; }

// To nearest, ties to even.
fn toHalf(x: u32) -> u32 {
  let sign = (x >> 16u) & 0x8000u;
  let size = x & 0x7fffffffu;
  if (size >= 0x38800000u) {
    let rebased = size - 0x38000000u;
    return sign | ((rebased + 0xfffu + ((rebased >> 13u) & 1u)) >> 13u);
  }
  let exponent = size >> 23u;
  if (exponent < 102u) { return sign; }
  let digits = (size & 0x7fffffu) | 0x800000u;
  let shift = 126u - exponent; // 14 to 24: whole steps of 2^-24
  return sign | ((digits + (1u << (shift - 1u)) - 1u + ((digits >> shift) & 1u)) >> shift);
}

fn fromHalf(h: u32) -> f32 {
  let size = h & 0x7fffu;
  let sign = (h & 0x8000u) << 16u;
  if (size < 0x400u) {
    return select(1.0, -1.0, sign != 0u) * f32(size) * 5.9604644775390625e-8;
  }
  return bitcast<f32>(sign | ((size << 13u) + 0x38000000u));
}

fn fromHalves(w: u32) -> vec2<f32> { return vec2<f32>(fromHalf(w & 0xffffu), fromHalf(w >> 16u)); }
`;
