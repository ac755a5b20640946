/**
 * The WGSL of the products, as text: built from sizes, so that what a loop runs over is unrolled and
 * layouts can be tested without a GPU. Written for the default limits of a device: 256 invocations and
 * 16 KiB of workgroup memory, 8 storage buffers.
 *
 * @module
 */

/** What a shader is built for. */
export interface ShaderOptions {
  /** Whether `dot4I8Packed` is there (`packed_4x8_integer_dot_product`). */
  readonly packedDot: boolean;
  /** Bits of the weights. */
  readonly weightBits: 4 | 8;
  /** Whether activations have an offset (scheme min–max): `acc` becomes `acc − zero · Σ w`. */
  readonly offset?: boolean;
}

/** Tokens and rows of the tile that one workgroup of {@linkcode gemmShader} computes. */
export const TILE_TOKENS = 32, TILE_ROWS = 64;
/** Rows that one workgroup of {@linkcode gemvShader} computes. */
export const GEMV_ROWS = 8;

/** The product of four signed bytes, where the language does not have it. */
function dot4(packedDot: boolean): string {
  return packedDot
    ? `requires packed_4x8_integer_dot_product;
fn dot4(a: u32, b: u32) -> i32 { return dot4I8Packed(a, b); }`
    : `fn bytes(x: u32) -> vec4<i32> {
  let i = bitcast<i32>(x);
  return vec4<i32>(extractBits(i, 0u, 8u), extractBits(i, 8u, 8u), extractBits(i, 16u, 8u), extractBits(i, 24u, 8u));
}
fn dot4(a: u32, b: u32) -> i32 { return dot(bytes(a), bytes(b)); }`;
}

/** What both products bind. */
const productBindings = (offset: boolean) => `
struct Sizes { tokens: u32, rows: u32, blocks: u32, blockSize: u32, firstRow: u32, allRows: u32, add: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> words: array<u32>;    // of this part of the rows
@group(0) @binding(2) var<storage, read> wScales: array<f32>;  // [groups][blocks][8]
@group(0) @binding(3) var<storage, read> codes: array<u32>;    // [tokens][blocks * blockSize / 4]
@group(0) @binding(4) var<storage, read> aScales: array<f32>;  // [tokens][blocks]
@group(0) @binding(5) var<storage, read> aSums: array<i32>;    // [tokens][blocks]
@group(0) @binding(6) var<storage, read_write> y: array<f32>;  // [tokens][allRows]
${
  offset
    ? `@group(0) @binding(7) var<storage, read> zeros: array<f32>;  // [tokens][blocks]
@group(0) @binding(8) var<storage, read> wSums: array<i32>;  // [groups][blocks][8]
`
    : ""
}`;

/**
 * A tile of 32 tokens by 64 rows per workgroup of 256 invocations, two tokens by four rows each. 32
 * columns at a time pass through workgroup memory. Weights widen to bytes 0..15 (their bias is undone
 * with the sums of the activations), so `dot4` of them is exact.
 */
export function gemmShader({ packedDot, weightBits, offset = false }: ShaderOptions): string {
  const narrow = weightBits === 4;
  /** Words of a row per 32 columns. */
  const run = narrow ? 4 : 8;
  const rows = [0, 1, 2, 3], tokens = [0, 1];
  const products = (word: string) =>
    rows.map((r) => {
      const w = `tileW[${word} * ${TILE_ROWS}u + row + ${r}u]`;
      const sum = (t: number) =>
        narrow
          ? `dot4(w${r} & 0x0f0f0f0fu, a${t}) + dot4((w${r} >> 4u) & 0x0f0f0f0fu, b${t})`
          : `dot4(w${r}, a${t})`;
      const lines = tokens.map((t) => `        acc${t}${r} += ${sum(t)};`);
      return [`        let w${r} = ${w};`, ...lines].join("\n");
    }).join("\n");
  const activations = tokens.map((t) =>
    narrow
      ? `        let a${t} = tileA[(token + ${t}u) * 8u + 2u * u];
        let b${t} = tileA[(token + ${t}u) * 8u + 2u * u + 1u];`
      : `        let a${t} = tileA[(token + ${t}u) * 8u + u];`
  ).join("\n");
  const each = (line: (t: number, r: number) => string) =>
    tokens.flatMap((t) => rows.map((r) => line(t, r))).join("\n");
  const minus = (w: string) => offset ? ` - zeros[at] * f32(wSums[${w}])` : "";
  const endOfBlock = (t: number) => {
    const lines = rows.map((r) =>
      `      if (firstRow + row + ${r}u < sizes.rows) {
        let w = (((firstRow + row) / 8u) * sizes.blocks + block) * 8u + row % 8u + ${r}u;
        y${t}${r} += aScales[at] * wScales[w] * (f32(acc${t}${r} - bias)${minus("w")});
      }`
    );
    return `    if (firstToken + token + ${t}u < sizes.tokens) {
      let at = (firstToken + token + ${t}u) * sizes.blocks + block;
      let bias = ${narrow ? 8 : 0} * aSums[at];
${lines.join("\n")}
    }`;
  };
  return `${dot4(packedDot)}
${productBindings(offset)}
var<workgroup> tileA: array<u32, ${TILE_TOKENS * 8}>; // [tokens][8]
var<workgroup> tileW: array<u32, ${TILE_ROWS * run}>; // [words][rows]

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = 4u * (lane % 16u);
  let token = 2u * (lane / 16u);
  let firstRow = group.x * ${TILE_ROWS}u;
  let firstToken = group.y * ${TILE_TOKENS}u;
  let columns = sizes.blocks * sizes.blockSize;
${each((t, r) => `  var y${t}${r} = 0.0;`)}
  for (var block = 0u; block < sizes.blocks; block++) {
${each((t, r) => `    var acc${t}${r} = 0;`)}
    for (var k = block * sizes.blockSize; k < (block + 1u) * sizes.blockSize; k += 32u) {
      workgroupBarrier();
      let source = firstToken + lane / 8u;
      tileA[lane] = 0u;
      if (source < sizes.tokens) { tileA[lane] = codes[(source * columns + k) / 4u + lane % 8u]; }
      for (var i = lane; i < ${TILE_ROWS * run}u; i += 256u) {
        let n = firstRow + i % ${TILE_ROWS}u;
        let word = k / ${32 / run}u + i / ${TILE_ROWS}u;
        tileW[i] = 0u;
        if (n < sizes.rows) {
          tileW[i] = words[((n / 8u) * (columns / ${32 / run}u) + word) * 8u + n % 8u];
        }
      }
      workgroupBarrier();
      for (var u = 0u; u < ${run}u; u++) {
${activations}
${products("u")}
      }
    }
${tokens.map(endOfBlock).join("\n")}
  }
${
    each((t, r) =>
      `  if (firstToken + token + ${t}u < sizes.tokens && firstRow + row + ${r}u < sizes.rows) {
    let at = (firstToken + token + ${t}u) * sizes.allRows + sizes.firstRow + firstRow + row + ${r}u;
    if (sizes.add != 0u) { y${t}${r} = y[at] + y${t}${r}; }
    y[at] = y${t}${r};
  }`
    )
  }
}
`;
}

/**
 * Eight rows of a few tokens per workgroup of 64 invocations: each word of weights is read once, lane l of
 * a row takes every eighth. Eight blocks at a time: partial sums go to workgroup memory, lane l sums
 * block l of its row, and the first lane adds the eight in order.
 */
export function gemvShader(
  { packedDot, weightBits, offset = false }: ShaderOptions,
  tokens: number,
): string {
  const narrow = weightBits === 4;
  const columnsPerWord = narrow ? 8 : 4;
  const each = (line: (t: number) => string) => [...Array(tokens).keys()].map(line).join("\n");
  return `${dot4(packedDot)}
${productBindings(offset)}
var<workgroup> parts: array<i32, ${512 * tokens}>; // [tokens][8 blocks][8 lanes][8 rows]
var<workgroup> terms: array<f32, ${64 * tokens}>;  // [tokens][8 blocks][8 rows]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let row = index % 8u;
  let lane = index / 8u;
  let columns = sizes.blocks * sizes.blockSize;
  let run = sizes.blockSize / ${columnsPerWord}u;
${each((t) => `  var sum${t} = 0.0;`)}
  for (var first = 0u; first < sizes.blocks; first += 8u) {
    for (var b = 0u; b < 8u; b++) {
${each((t) => `      var acc${t} = 0;`)}
      if (first + b < sizes.blocks) {
        for (var u = (first + b) * run + lane; u < (first + b + 1u) * run; u += 8u) {
          let w = words[(group.x * (columns / ${columnsPerWord}u) + u) * 8u + row];
${
    each((t) => {
      const at = `${t}u * columns / 4u + ${narrow ? "2u * u" : "u"}`;
      return narrow
        ? `          acc${t} += dot4(w & 0x0f0f0f0fu, codes[${at}]) + dot4((w >> 4u) & 0x0f0f0f0fu, codes[${at} + 1u]);`
        : `          acc${t} += dot4(w, codes[${at}]);`;
    })
  }
        }
      }
${each((t) => `      parts[((${t}u * 8u + b) * 8u + lane) * 8u + row] = acc${t};`)}
    }
    workgroupBarrier();
    for (var token = 0u; token < ${tokens}u; token++) {
      terms[(token * 8u + lane) * 8u + row] = 0.0;
      if (first + lane < sizes.blocks) {
        var acc = 0;
        for (var l = 0u; l < 8u; l++) { acc += parts[((token * 8u + lane) * 8u + l) * 8u + row]; }
        let at = token * sizes.blocks + first + lane;
        let bias = ${narrow ? 8 : 0} * aSums[at];
        let w = (group.x * sizes.blocks + first + lane) * 8u + row;
        terms[(token * 8u + lane) * 8u + row] = aScales[at] * wScales[w] * (f32(acc - bias)${
    offset ? " - zeros[at] * f32(wSums[w])" : ""
  });
      }
    }
    workgroupBarrier();
    if (lane == 0u) {
      for (var b = 0u; b < 8u; b++) {
${each((t) => `        sum${t} += terms[(${t}u * 8u + b) * 8u + row];`)}
      }
    }
  }
  let n = group.x * 8u + row;
  if (lane == 0u && n < sizes.rows) {
${
    each((t) =>
      `    let at${t} = ${t}u * sizes.allRows + sizes.firstRow + n;
    if (sizes.add != 0u) { sum${t} = y[at${t}] + sum${t}; }
    y[at${t}] = sum${t};`
    )
  }
  }
}
`;
}
