/**
 * The peer of the WebGPU suite: a matrix product in 16-bit floats, in WGSL, as one writes it for speed
 * without quantisation. Activations and weights are 16-bit floats, sums 32-bit ones.
 *
 * @module
 */

/** Tokens up to which the product runs row by row: it only reads weights then. */
const ROWWISE_TOKENS = 4;
const TILE_ROWS = 64, TILE_DEPTH = 32;

/** A shader and how many tokens and rows one of its workgroups covers. */
export interface HalfMatmul {
  readonly code: string;
  readonly tokens: number;
  readonly rows: number;
}

/**
 * The product for this many tokens; `native` uses the arithmetic of `shader-f16`, otherwise numbers are
 * widened as they are read. Columns must be a multiple of 32.
 *
 * ```text
 * x  f16 [tokens][columns]   w  f16 [rows][columns]   y  f32 [tokens][rows]
 * ```
 */
export function halfMatmul(tokens: number, native: boolean): HalfMatmul {
  if (tokens <= ROWWISE_TOKENS) return { code: rowwise(native), tokens: 1, rows: 4 };
  const tile = tokens <= 16 ? 16 : 64;
  return { code: tiled(native, tile), tokens: tile, rows: TILE_ROWS };
}

/** Four halves as they are in memory and in registers. */
function types(native: boolean) {
  return {
    enable: native ? "enable f16;" : "",
    stored: native ? "vec4<f16>" : "vec2<u32>",
    four: native ? "vec4<f16>" : "vec4<f32>",
    widen: native
      ? "fn widen(x: vec4<f16>) -> vec4<f16> { return x; }"
      : "fn widen(x: vec2<u32>) -> vec4<f32> { return vec4<f32>(unpack2x16float(x.x), unpack2x16float(x.y)); }",
  };
}

function bindings(stored: string): string {
  return `
struct Sizes { tokens: u32, rows: u32, columns: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<${stored}>;
@group(0) @binding(2) var<storage, read> w: array<${stored}>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
`;
}

/** One token by four rows per workgroup, 64 invocations to a row. */
function rowwise(native: boolean): string {
  const { enable, stored, widen } = types(native);
  return `${enable}
${bindings(stored)}
${widen}
var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let lane = index % 64u;
  let row = min(4u * id.x + index / 64u, sizes.rows - 1u);
  let fours = sizes.columns / 4u;
  var sum = 0.0;
  for (var i = lane; i < fours; i += 64u) {
    sum += f32(dot(widen(w[row * fours + i]), widen(x[id.y * fours + i])));
  }
  sums[index] = sum;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[index] += sums[index + half]; }
  }
  if (lane == 0u) { y[id.y * sizes.rows + row] = sums[index]; }
}
`;
}

/** A tile of tokens by 64 rows per workgroup of 256 invocations, four rows each, by way of workgroup memory. */
function tiled(native: boolean, tile: number): string {
  const { enable, stored, four, widen } = types(native);
  const depth = TILE_DEPTH / 4, each = tile / 16;
  const tokens = [...Array(each).keys()], rows = [0, 1, 2, 3];
  const all = (line: (t: number, r: number) => string) =>
    tokens.flatMap((t) => rows.map((r) => line(t, r))).join("\n");
  return `${enable}
${bindings(stored)}
${widen}
var<workgroup> tileX: array<${four}, ${tile * depth}>; // [depth / 4][tokens]
var<workgroup> tileW: array<${four}, ${TILE_ROWS * depth}>; // [depth / 4][rows]

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = 4u * (lane % 16u);
  let token = ${each}u * (lane / 16u);
  let firstRow = id.x * ${TILE_ROWS}u;
  let firstToken = id.y * ${tile}u;
  let fours = sizes.columns / 4u;
${all((t, r) => `  var y${t}${r} = 0.0;`)}
  for (var k = 0u; k < fours; k += ${depth}u) {
    workgroupBarrier();
    for (var i = lane; i < ${tile * depth}u; i += 256u) {
      let source = min(firstToken + i / ${depth}u, sizes.tokens - 1u);
      tileX[(i % ${depth}u) * ${tile}u + i / ${depth}u] = widen(x[source * fours + k + i % ${depth}u]);
    }
    for (var i = lane; i < ${TILE_ROWS * depth}u; i += 256u) {
      let source = min(firstRow + i / ${depth}u, sizes.rows - 1u);
      tileW[(i % ${depth}u) * ${TILE_ROWS}u + i / ${depth}u] = widen(w[source * fours + k + i % ${depth}u]);
    }
    workgroupBarrier();
    for (var d = 0u; d < ${depth}u; d++) {
${tokens.map((t) => `      let a${t} = tileX[d * ${tile}u + token + ${t}u];`).join("\n")}
${
    rows.map((r) =>
      [
        `      let b${r} = tileW[d * ${TILE_ROWS}u + row + ${r}u];`,
        ...tokens.map((t) => `      y${t}${r} += f32(dot(a${t}, b${r}));`),
      ].join("\n")
    ).join("\n")
  }
    }
  }
${
    all((t, r) =>
      `  if (firstToken + token + ${t}u < sizes.tokens && firstRow + row + ${r}u < sizes.rows) {
    y[(firstToken + token + ${t}u) * sizes.rows + firstRow + row + ${r}u] = y${t}${r};
  }`
    )
  }
}
`;
}
