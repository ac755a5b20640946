/**
 * The WGSL that fills the KV cache: 16-bit floats of new tokens, and codes of the groups they complete.
 *
 * @module
 */
import type { KvLayout } from "../../contract/kv_layout.ts";
import { HALF_FUNCTIONS } from "./half_shader.ts";

/** Items along the second axis of a grid; more go along the third. */
export const GRID_ITEMS = 32768;

/** What all shaders of the KV cache begin with. */
export function kvHeader(layout: KvLayout): string {
  const { headDim, groupSize, paddedDim, packedRecord, recentRecord, kvHeads } = layout;
  return `
const D = ${headDim}u;
const G = ${groupSize}u;
const PADDED = ${paddedDim}u;
const KV_HEADS = ${kvHeads}u;
const PACKED = ${packedRecord / 4}u; // words of a head's codes in a group
const RECENT = ${recentRecord / 2}u; // words of a head's 16-bit floats in a group

struct Sizes {
  items: u32,      // what the grid runs over
  itemsAt: u32,    // where their list starts in the table, two words each
  groupsAt: u32,   // where pages are listed in the table: of codes, of 16-bit floats
  rows: u32,       // new tokens of all texts
  heads: u32,      // query heads
  firstItem: u32,
  chunks: u32,
  flag: u32,       // where in refused places are told
}
struct Text { start: u32, tokens: u32, firstRow: u32, firstGroup: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> table: array<u32>;

fn textOf(i: u32) -> Text {
  return Text(table[4u * i], table[4u * i + 1u], table[4u * i + 2u], table[4u * i + 3u]);
}
fn packedAt(text: Text, group: u32, head: u32) -> u32 {
  return (table[sizes.groupsAt + 2u * (text.firstGroup + group)] * KV_HEADS + head) * PACKED;
}
fn recentAt(text: Text, group: u32, head: u32) -> u32 {
  return (table[sizes.groupsAt + 2u * (text.firstGroup + group) + 1u] * KV_HEADS + head) * RECENT;
}
${HALF_FUNCTIONS}`;
}

/**
 * Stores new keys and values as 16-bit floats. An item is a text and a pair of positions 2i, 2i + 1; an
 * invocation does two channels of a pair, so that no two write the same word. What does not fit 16 bits
 * is stored as 0, and the place of the first such number is reported in `refused[flag]`.
 */
export function appendShader(layout: KvLayout): string {
  return `${kvHeader(layout)}
@group(0) @binding(2) var<storage, read> k: array<u32>;              // f32 [rows][kvHeads][D]
@group(0) @binding(3) var<storage, read> v: array<u32>;
@group(0) @binding(4) var<storage, read_write> recent: array<u32>;   // pages of this layer
@group(0) @binding(5) var<storage, read_write> refused: array<atomic<u32>>; // least index of k, then of v

fn stored(x: u32, at: u32) -> u32 {
  if (fitsHalf(x)) { return toHalf(x); }
  atomicMin(&refused[sizes.flag], at);
  return 0u;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let item = id.z * ${GRID_ITEMS}u + id.y;
  if (item >= sizes.items || id.x >= KV_HEADS * D / 2u) { return; }
  let text = textOf(table[sizes.itemsAt + 2u * item]);
  let position = 2u * table[sizes.itemsAt + 2u * item + 1u];
  let head = id.x / (D / 2u);
  let channel = 2u * (id.x % (D / 2u));
  let at = position % G;
  let base = recentAt(text, position / G, head);
  let count = sizes.rows * KV_HEADS * D;
  for (var i = 0u; i < 2u; i++) {
    if (position + i < text.start || position + i >= text.start + text.tokens) { continue; }
    let row = text.firstRow + position + i - text.start;
    let source = (row * KV_HEADS + head) * D + channel;
    for (var c = 0u; c < 2u; c++) {
      let word = base + ((channel + c) * G + at) / 2u;
      let key = stored(k[source + c], source + c) << (16u * i);
      recent[word] = (recent[word] & (0xffff0000u >> (16u * i))) | key;
    }
    let low = stored(v[source], count + source);
    recent[base + (D * G + (at + i) * D + channel) / 2u] = low | stored(v[source + 1u], count + source + 1u) << 16u;
  }
}
`;
}

/**
 * Packs complete groups: one per item and head and workgroup. All in whole numbers, so that scales,
 * zeros and codes are the reference's: a 16-bit float is a whole multiple of 2⁻²⁴, differences of two
 * and their fifteenths are computed in 64 bits, and rounded as the reference rounds, to 32 and then
 * to 16 bits.
 */
export function packShader(layout: KvLayout): string {
  return `${kvHeader(layout)}
@group(0) @binding(2) var<storage, read> recent: array<u32>;
@group(0) @binding(3) var<storage, read_write> packed: array<u32>;
${WIDE_FUNCTIONS}
var<workgroup> ranges: array<u32, ${2 * layout.headDim}>; // scale | zero << 16: of keys, of values

fn halfAt(base: u32, i: u32) -> u32 {
  return (recent[base + i / 2u] >> (16u * (i & 1u))) & 0xffffu;
}
fn codeOf(h: u32, range: u32) -> u32 {
  return u32(clamp(nearest(ordered(h), range & 0xffffu) + (bitcast<i32>(range) >> 16u), 0, 15));
}
// Eight codes of a run of 32: i to i + 3 in the low halves of bytes, 16 + i to 19 + i in the high ones.
fn slot(i: u32) -> u32 { return (i & 3u) + 16u * (i >> 2u); }
fn shift(i: u32) -> u32 { return 8u * (i & 3u) + 4u * (i >> 2u); }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let item = id.z * ${GRID_ITEMS}u + id.y;
  if (item >= sizes.items) { return; }
  let text = textOf(table[sizes.itemsAt + 2u * item]);
  let group = table[sizes.itemsAt + 2u * item + 1u];
  let keys = recentAt(text, group, id.x);
  let values = keys + D * G / 2u;
  let into = packedAt(text, group, id.x);
  for (var c = lane; c < D; c += 64u) {
    var low = vec2<i32>(0x7fff);
    var high = vec2<i32>(-0x7fff);
    for (var t = 0u; t < G; t++) {
      let both = vec2<i32>(ordered(halfAt(keys, c * G + t)), ordered(halfAt(values, t * D + c)));
      low = min(low, both);
      high = max(high, both);
    }
    ranges[c] = rangeOf(low.x, high.x);
    ranges[D + c] = rangeOf(low.y, high.y);
  }
  workgroupBarrier();
  for (var i = lane; i < D; i += 64u) { // two channels of keys, then of values
    let first = ranges[2u * i];
    let second = ranges[2u * i + 1u];
    let at = into + i + select(0u, D / 2u, i >= D / 2u);
    packed[at] = (first & 0xffffu) | second << 16u;
    packed[at + D / 2u] = first >> 16u | (second & 0xffff0000u);
  }
  for (var i = lane; i < D * G / 8u; i += 64u) {
    let c = i / (G / 8u);
    let w = i % (G / 8u);
    var word = 0u;
    for (var j = 0u; j < 8u; j++) {
      let t = 32u * (w / 4u) + 4u * (w % 4u) + slot(j);
      word |= codeOf(halfAt(keys, c * G + t), ranges[c]) << shift(j);
    }
    packed[into + 2u * D + i] = word;
  }
  for (var i = lane; i < G * PADDED / 8u; i += 64u) {
    let t = i / (PADDED / 8u);
    let w = i % (PADDED / 8u);
    var word = 0u;
    for (var j = 0u; j < 8u; j++) {
      let c = 32u * (w / 4u) + 4u * (w % 4u) + slot(j);
      if (c < D) { word |= codeOf(halfAt(values, t * D + c), ranges[D + c]) << shift(j); }
    }
    packed[into + 2u * D + D * G / 8u + i] = word;
  }
}
`;
}

/** Ranges of 16-bit floats without a rounding that WGSL leaves open. A `vec2<u32>` is 64 bits, low first. */
const WIDE_FUNCTIONS = `
fn ordered(h: u32) -> i32 { let size = i32(h & 0x7fffu); return select(size, -size, h >= 0x8000u); }

// A 16-bit float's size is digits << shift, in units of 2^-24.
fn digits(size: u32) -> u32 { return select((size & 0x3ffu) | 0x400u, size, size < 0x400u); }
fn shiftOf(size: u32) -> u32 { return max(size >> 10u, 1u) - 1u; }

fn left(x: vec2<u32>, n: u32) -> vec2<u32> { // n < 64
  if (n >= 32u) { return vec2<u32>(0u, x.x << (n - 32u)); }
  return vec2<u32>(x.x << n, select(x.y << n | x.x >> (32u - n), x.y, n == 0u));
}
fn right(x: vec2<u32>, n: u32) -> vec2<u32> { // n < 64
  if (n >= 32u) { return vec2<u32>(x.y >> (n - 32u), 0u); }
  return vec2<u32>(select(x.x >> n | x.y << (32u - n), x.x, n == 0u), x.y >> n);
}
fn plus(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}
fn minus(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}
fn less(a: vec2<u32>, b: vec2<u32>) -> bool { return a.y < b.y || (a.y == b.y && a.x < b.x); }
fn width(x: vec2<u32>) -> u32 {
  return select(32u - countLeadingZeros(x.x), 64u - countLeadingZeros(x.y), x.y != 0u);
}
// x / 2^n to nearest, ties to even; \`more\` says that x is a little larger than its digits.
fn rounded(x: vec2<u32>, n: u32, more: bool) -> u32 {
  let whole = right(x, n);
  if (n == 0u) { return whole.x; }
  let rest = minus(x, left(whole, n));
  let tie = left(vec2<u32>(1u, 0u), n - 1u);
  let even = !more && (whole.x & 1u) == 0u;
  return whole.x + select(1u, 0u, less(rest, tie) || (all(rest == tie) && even));
}
fn units(size: u32) -> vec2<u32> { return left(vec2<u32>(digits(size), 0u), shiftOf(size)); }

// floor(v / scale + 1/2) of a 16-bit float in order form and a scale in bits, |v / scale| < 2^11.
fn nearest(v: i32, scale: u32) -> i32 {
  let size = u32(abs(v));
  let p = i32(digits(size));
  let m = i32(digits(scale));
  let f = shiftOf(size);
  let e = shiftOf(scale);
  var above = 0;
  var below = 1;
  if (f >= e) {
    above = select(1, -1, v < 0) * (p << (f - e + 1u)) + m;
    below = 2 * m;
  } else {
    if (e - f > 13u) { return 0; }
    above = select(1, -1, v < 0) * 2 * p + (m << (e - f));
    below = m << (e - f + 1u);
  }
  let quotient = above / below;
  return quotient - select(0, 1, above < 0 && quotient * below != above);
}

// The scale, and the zero in the upper half.
fn rangeOf(low: i32, high: i32) -> u32 {
  let a = units(u32(abs(low)));
  let b = units(u32(abs(high)));
  var span = plus(a, b);
  if (low >= 0) { span = minus(b, a); }
  if (high < 0) { span = minus(a, b); }
  var most = a;
  if (less(a, b)) { most = b; }
  let fifteen = minus(left(most, 4u), most);
  var numerator = left(span, 10u); // of max(span / 15, most / 1024), over 15 * 1024
  if (less(numerator, fifteen)) { numerator = fifteen; }
  numerator = left(numerator, 10u); // so the quotient by 15 counts 2^-20 of a unit
  let d3 = numerator.y >> 16u;
  let d2 = (d3 % 15u) << 16u | (numerator.y & 0xffffu);
  let d1 = (d2 % 15u) << 16u | numerator.x >> 16u;
  let d0 = (d1 % 15u) << 16u | (numerator.x & 0xffffu);
  let quotient = vec2<u32>((d1 / 15u) << 16u | (d0 / 15u), (d3 / 15u) << 16u | (d2 / 15u));
  // To the 24 digits of a 32-bit float, then to the 11 of a 16-bit one or to whole units.
  let drop = max(width(quotient), 24u) - 24u;
  let kept = rounded(quotient, drop, d0 % 15u != 0u);
  let bits = i32(32u - countLeadingZeros(kept)) + i32(drop) - 20;
  let excess = u32(max(bits - 11, 0));
  var scale = (excess << 10u) + rounded(vec2<u32>(kept, 0u), excess + 20u - drop, drop == 0u && d0 % 15u != 0u);
  if (scale == 0u) { scale = 0x3c00u; }
  return scale | u32(nearest(-low, scale)) << 16u;
}
`;
