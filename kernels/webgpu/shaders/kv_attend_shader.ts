/**
 * The WGSL of attention over the KV cache.
 *
 * @module
 */
import type { KvLayout } from "../../contract/kv_layout.ts";
import { kvHeader } from "./kv_append_shader.ts";
import {
  type AttendTiling,
  attendTiling,
  groupScores,
  groupValues,
  groupWeights,
  LANES,
} from "./kv_attend_group.ts";

/**
 * Tokens that one workgroup runs over. Longer texts are cut into chunks of this many, always at the same
 * places, and put together by `mergeShader`: so a row's sums have the same order whatever
 * else is in the pass.
 */
export const CHUNK_TOKENS = 256;

/**
 * Attention of one tile of queries that share a KV head (neighbouring tokens, and the heads of a token
 * that share it), over one chunk of the text. Group by group: scores, the largest so far, weights, sums
 * of values; sums so far are rescaled when the largest grows. Codes are multiplied as they are and the
 * scales folded into the query and the sums (COMET §3.4).
 *
 * In a group of keys, a lane takes eight tokens (one word of codes) and every few channels; in values
 * eight channels and every few tokens; workgroup memory adds them up.
 *
 * Of several chunks the sums are written, `[query][chunk][2 + D]`: largest score, sum of weights, weighted
 * values; of a single one the output itself.
 */
export function attendShader(layout: KvLayout): string {
  const tiling = attendTiling(layout);
  const { T, keyWords, valueWords, wordsPerLane, each, eachSum } = tiling;
  const { headDim, groupSize } = layout;
  return `${kvHeader(layout)}${declarations(tiling)}
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let item = sizes.firstItem + id.x;
  let head = id.y;
  let chunk = id.z;
  let text = textOf(table[sizes.itemsAt + 2u * item]);
  let firstSlot = table[sizes.itemsAt + 2u * item + 1u];
  let slots = text.tokens * (sizes.heads / KV_HEADS);
  let least = positionOf(text, firstSlot);
  let last = positionOf(text, firstSlot + ${T - 1}u);
  for (var i = lane; i < ${T}u * D; i += ${LANES}u) {
    let slot = firstSlot + i / D;
    query[i] = 0.0;
    if (slot < slots) { query[i] = q[queryAt(text, slot, head) * D + i % D] * ${
    Math.fround(1 / Math.sqrt(headDim))
  }; }
  }
  workgroupBarrier();
  let keyWord = lane % ${keyWords}u;
  let slice = lane / ${keyWords}u;
  let firstToken = 32u * (keyWord / 4u) + 4u * (keyWord % 4u); // and the 3 after it, and 16 further on
  let valueWord = lane % ${Math.min(LANES, valueWords)}u;
  let valueSlice = lane / ${Math.min(LANES, valueWords)}u;
${
    wordsPerLane.map((w) =>
      `  let channel${w} = 32u * ((valueWord + ${LANES * w}u) / 4u) + 4u * (valueWord % 4u);`
    ).join("\n")
  }
${each((q) => `  var most${q} = LOWEST; var total${q} = 0.0;`)}
${eachSum((q, w) => `  var lowOut${q}_${w} = vec4<f32>(); var highOut${q}_${w} = vec4<f32>();`)}
  let end = min(last / G + 1u, (chunk + 1u) * ${CHUNK_TOKENS / groupSize}u);
  for (var group = chunk * ${CHUNK_TOKENS / groupSize}u; group < end; group++) {
    // Some queries of the tile may read the group from its codes and others from 16-bit floats.
    for (var form = 0u; form < 2u; form++) {
      let codes = form == 0u;
      if (codes && (group + 1u) * G > last) { continue; }
      if (!codes && (group + 1u) * G <= least) { continue; }
      var base = 0u;
      if (codes) { base = packedAt(text, group, head); } else { base = recentAt(text, group, head); }
${groupScores(tiling)}
${groupWeights(tiling)}${groupValues(tiling)}
    }
  }
${results(tiling)}
}
`;
}

/** Bindings, workgroup memory, and the functions that read codes, 16-bit floats, scales and places. */
function declarations({ T, layout }: AttendTiling): string {
  const { headDim, groupSize, paddedDim } = layout;
  return `
@group(0) @binding(2) var<storage, read> q: array<f32>;              // [rows][heads][D]
@group(0) @binding(3) var<storage, read> packed: array<u32>;         // pages of this layer
@group(0) @binding(4) var<storage, read> recent: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read_write> refused: array<atomic<u32>>; // least row * heads + head

const LOWEST = -3.4e38; // the score of a token that is not seen
var<workgroup> query: array<f32, ${T * headDim}>;
var<workgroup> sums: array<f32, ${Math.max(LANES * 8 * T, T * paddedDim)}>;
var<workgroup> weight: array<f32, ${T * groupSize}>;
var<workgroup> maxima: array<f32, ${LANES}>;

struct Eight { low: vec4<f32>, high: vec4<f32> } // of a run of 32: i to i + 3, and 16 + i to 19 + i
fn codesOf(word: u32) -> Eight {
  let bytes = vec4<u32>(word) >> vec4<u32>(0u, 8u, 16u, 24u);
  return Eight(vec4<f32>(bytes & vec4<u32>(15u)), vec4<f32>((bytes >> vec4<u32>(4u)) & vec4<u32>(15u)));
}
fn halvesAt(at: u32) -> Eight {
  return Eight(
    vec4<f32>(fromHalves(recent[at]), fromHalves(recent[at + 1u])),
    vec4<f32>(fromHalves(recent[at + 8u]), fromHalves(recent[at + 9u])),
  );
}
fn scaleAt(base: u32, c: u32) -> f32 {
  return fromHalf((packed[base + c / 2u] >> (16u * (c & 1u))) & 0xffffu);
}
fn zeroAt(base: u32, c: u32) -> f32 {
  return f32(extractBits(bitcast<i32>(packed[base + (D + c) / 2u]), 16u * (c & 1u), 16u));
}
fn scalesAt(base: u32, c: u32) -> vec4<f32> {
  return vec4<f32>(scaleAt(base, c), scaleAt(base, c + 1u), scaleAt(base, c + 2u), scaleAt(base, c + 3u));
}
fn zerosAt(base: u32, c: u32) -> vec4<f32> {
  return vec4<f32>(zeroAt(base, c), zeroAt(base, c + 1u), zeroAt(base, c + 2u), zeroAt(base, c + 3u));
}
// A slot is a query of a text and KV head: the query heads that share it, token by token.
fn positionOf(text: Text, slot: u32) -> u32 {
  return text.start + min(slot / (sizes.heads / KV_HEADS), text.tokens - 1u);
}
fn queryAt(text: Text, slot: u32, head: u32) -> u32 {
  let share = sizes.heads / KV_HEADS;
  return (text.firstRow + slot / share) * sizes.heads + head * share + slot % share;
}
`;
}

/** Adds up the lanes' sums in workgroup memory, and writes the output, or this chunk's part of it. */
function results({ T, valueWords, valueSlices, active, each, eachSum }: AttendTiling): string {
  return `  if (lane < ${active}u) {
    for (var j = 0u; j < 4u; j++) {
${
    eachSum((q, w) => {
      const at = `((${q}u * ${valueSlices}u + valueSlice) * ${valueWords}u + valueWord + ${
        LANES * w
      }u) * 8u + j`;
      return `      sums[${at}] = lowOut${q}_${w}[j]; sums[${at} + 4u] = highOut${q}_${w}[j];`;
    })
  }
    }
${each((q) => `    if (valueWord == 0u) { weight[${q}u * G + valueSlice] = total${q}; }`)}
  }
  workgroupBarrier();
  for (var i = lane; i < ${T}u * D; i += ${LANES}u) {
    let slot = firstSlot + i / D;
    if (slot >= slots) { continue; }
    let c = i % D;
    var sum = 0.0;
    var mass = 0.0;
    for (var s = 0u; s < ${valueSlices}u; s++) {
      sum += sums[(((i / D) * ${valueSlices}u + s) * ${valueWords}u + 4u * (c / 32u) + (c % 16u) / 4u) * 8u + 4u * ((c % 32u) / 16u) + c % 4u];
      mass += weight[(i / D) * G + s];
    }
    if (sizes.chunks == 1u) {
      y[queryAt(text, slot, head) * D + c] = sum / mass;
      continue;
    }
    let at = ((((item - sizes.firstItem) * ${T}u + i / D) * KV_HEADS + head) * sizes.chunks + chunk) * (D + 2u);
    y[at + 2u + c] = sum;
    if (c == 0u) {
      var most = most0;
${each((q) => `      if (i / D == ${q}u) { most = most${q}; }`)}
      y[at] = most;
      y[at + 1u] = mass;
    }
  }`;
}
