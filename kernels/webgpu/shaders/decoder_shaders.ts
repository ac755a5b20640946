/**
 * The WGSL of what is between the linear layers of a decoder.
 *
 * @module
 */
import { HALF_FUNCTIONS } from "./half_shader.ts";

const LANES = 256;

/**
 * Rows of the residual stream of tokens whose embeddings are in this part of the matrix: one row per
 * workgroup along y. Two channels per word.
 */
export function embedShader(): string {
  return `
struct Sizes { width: u32, rows: u32, firstToken: u32, lastToken: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> tokens: array<u32>;       // [rows]
@group(0) @binding(2) var<storage, read> embedding: array<u32>;    // f16 [lastToken - firstToken][width]
@group(0) @binding(3) var<storage, read_write> x: array<f32>;      // [rows][width]
${HALF_FUNCTIONS}
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let token = tokens[id.x];
  if (token < sizes.firstToken || token >= sizes.lastToken) { return; }
  for (var j = lane; j < sizes.width; j += ${LANES}u) {
    let at = (token - sizes.firstToken) * sizes.width + j;
    x[id.x * sizes.width + j] = fromHalf((embedding[at / 2u] >> (16u * (at & 1u))) & 0xffffu);
  }
}
`;
}

/**
 * RMSNorm of listed rows, one per workgroup: `y_j = (x_j · r) · gain_j`. Tells the least place in `y` of
 * a number that is not finite, unless `flag` is out of range.
 */
export function normShader(): string {
  return `
struct Sizes { width: u32, flag: u32, epsilon: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;        // [rows][width]
@group(0) @binding(2) var<storage, read> rows: array<u32>;     // the row of x for each row of y
@group(0) @binding(3) var<storage, read> gain: array<f32>;     // [width]
@group(0) @binding(4) var<storage, read_write> y: array<f32>;  // [listed rows][width]
@group(0) @binding(5) var<storage, read_write> refused: array<atomic<u32>>;
var<workgroup> squares: array<f32, ${LANES}>;

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let source = rows[id.x] * sizes.width;
  var sum = 0.0;
  for (var j = lane; j < sizes.width; j += ${LANES}u) { sum += x[source + j] * x[source + j]; }
  squares[lane] = sum;
  for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { squares[lane] += squares[lane + half]; }
  }
  workgroupBarrier();
  let r = 1.0 / sqrt(squares[0] / f32(sizes.width) + sizes.epsilon);
  for (var j = lane; j < sizes.width; j += ${LANES}u) {
    let value = (x[source + j] * r) * gain[j];
    y[id.x * sizes.width + j] = value;
    if ((bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u && sizes.flag < arrayLength(&refused)) {
      atomicMin(&refused[sizes.flag], id.x * sizes.width + j);
    }
  }
}
`;
}

/**
 * Takes queries, keys and values apart and turns queries and keys by the angles of their positions,
 * channel i of a head with channel i + headDim / 2: an invocation per such pair, rows along y. Tells the
 * least place in q of a number that is not finite.
 */
export function rotateShader(): string {
  return `
struct Sizes { heads: u32, kvHeads: u32, headDim: u32, flag: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;       // [rows][heads + 2 kvHeads][headDim]
@group(0) @binding(2) var<storage, read> positions: array<u32>; // [rows]
@group(0) @binding(3) var<storage, read> cosines: array<f32>;   // [positions][headDim / 2]
@group(0) @binding(4) var<storage, read> sines: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;   // [rows][heads][headDim]
@group(0) @binding(6) var<storage, read_write> k: array<f32>;   // [rows][kvHeads][headDim]
@group(0) @binding(7) var<storage, read_write> v: array<f32>;
@group(0) @binding(8) var<storage, read_write> refused: array<atomic<u32>>;

fn told(value: f32, at: u32) -> f32 {
  if ((bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u) { atomicMin(&refused[sizes.flag], at); }
  return value;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let pairs = sizes.headDim / 2u;
  let head = id.x / pairs;
  let i = id.x % pairs;
  let all = sizes.heads + 2u * sizes.kvHeads;
  if (head >= all) { return; }
  let at = (id.y * all + head) * sizes.headDim + i;
  let a = qkv[at];
  let b = qkv[at + pairs];
  if (head >= sizes.heads + sizes.kvHeads) {
    let to = (id.y * sizes.kvHeads + head - sizes.heads - sizes.kvHeads) * sizes.headDim + i;
    v[to] = a;
    v[to + pairs] = b;
    return;
  }
  let angle = positions[id.y] * pairs + i;
  let turned = vec2<f32>(a * cosines[angle] - b * sines[angle], b * cosines[angle] + a * sines[angle]);
  if (head < sizes.heads) {
    let to = (id.y * sizes.heads + head) * sizes.headDim + i;
    q[to] = told(turned.x, to);
    q[to + pairs] = told(turned.y, to + pairs);
  } else {
    let to = (id.y * sizes.kvHeads + head - sizes.heads) * sizes.headDim + i;
    k[to] = turned.x;
    k[to + pairs] = turned.y;
  }
}
`;
}

/** Rows that {@linkcode halfProductShader} multiplies with a row of the matrix it has read. */
export const HALF_TILE = 4;

/**
 * The product of four rows with one row of a matrix in 16-bit floats per workgroup of 64 invocations:
 * a head that is not quantised. Rows of the matrix along y and z, four rows of x along x.
 */
export function halfProductShader(): string {
  const tile = [...Array(HALF_TILE).keys()];
  const each = (line: (t: number) => string) => tile.map(line).join("\n");
  return `
struct Sizes { width: u32, tokens: u32, rows: u32, firstRow: u32, allRows: u32, across: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> w: array<u32>;        // f16 [rows][width]: this part of the matrix
@group(0) @binding(2) var<storage, read> x: array<f32>;        // [tokens][width]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;  // [tokens][allRows]
${HALF_FUNCTIONS}
var<workgroup> sums: array<f32, ${64 * HALF_TILE}>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = id.z * sizes.across + id.y;
  if (row >= sizes.rows) { return; }
  let first = ${HALF_TILE}u * id.x;
${
    each((t) =>
      `  var sum${t} = 0.0; let at${t} = min(first + ${t}u, sizes.tokens - 1u) * sizes.width;`
    )
  }
  for (var i = lane; i < sizes.width / 2u; i += 64u) {
    let two = fromHalves(w[row * sizes.width / 2u + i]);
${each((t) => `    sum${t} += two.x * x[at${t} + 2u * i] + two.y * x[at${t} + 2u * i + 1u];`)}
  }
${each((t) => `  sums[${t * 64}u + lane] = sum${t};`)}
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
${each((t) => `      sums[${t * 64}u + lane] += sums[${t * 64}u + lane + half];`)}
    }
  }
  workgroupBarrier();
  if (lane < ${HALF_TILE}u && first + lane < sizes.tokens) {
    y[(first + lane) * sizes.allRows + sizes.firstRow + row] = sums[64u * lane];
  }
}
`;
}
