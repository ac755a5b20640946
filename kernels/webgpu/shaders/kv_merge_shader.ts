/**
 * The WGSL that puts chunks of attention together.
 *
 * @module
 */
import type { KvLayout } from "../../contract/kv_layout.ts";
import { GRID_ITEMS, kvHeader } from "./kv_append_shader.ts";
import { tileQueries } from "./kv_attend_group.ts";

const LANES = 64;

/** Puts the chunks of a query together: one query per workgroup. */
export function mergeShader(layout: KvLayout): string {
  const T = tileQueries(layout);
  return `${kvHeader(layout)}
@group(0) @binding(2) var<storage, read> parts: array<f32>;   // [query][chunk][2 + D]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [rows][heads][D]

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let query = id.z * ${GRID_ITEMS}u + id.y;
  if (query >= sizes.items * ${T}u) { return; }
  let item = sizes.firstItem + query / ${T}u;
  let text = textOf(table[sizes.itemsAt + 2u * item]);
  let slot = table[sizes.itemsAt + 2u * item + 1u] + query % ${T}u;
  let share = sizes.heads / KV_HEADS;
  if (slot >= text.tokens * share) { return; }
  let row = (text.firstRow + slot / share) * sizes.heads + id.x * share + slot % share;
  let first = (query * KV_HEADS + id.x) * sizes.chunks * (D + 2u);
  // Chunks beyond the query's position hold no weights; the first always does.
  var most = parts[first];
  for (var i = 1u; i < sizes.chunks; i++) {
    if (parts[first + i * (D + 2u) + 1u] > 0.0) { most = max(most, parts[first + i * (D + 2u)]); }
  }
  for (var c = lane; c < D; c += ${LANES}u) {
    var sum = 0.0;
    var mass = 0.0;
    for (var i = 0u; i < sizes.chunks; i++) {
      let at = first + i * (D + 2u);
      if (parts[at + 1u] > 0.0) {
        let factor = exp(parts[at] - most);
        sum += factor * parts[at + 2u + c];
        mass += factor * parts[at + 1u];
      }
    }
    y[row * D + c] = sum / mass;
  }
}
`;
}
