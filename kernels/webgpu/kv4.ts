/**
 * The KV cache on a GPU: contents stay there from the first `kvAppend` on.
 *
 * @module
 */
import { notFinite } from "../contract/checks.ts";
import type { KvCache, KvPass } from "../contract/kv_cache.ts";
import type { KvLayout } from "../contract/kv_layout.ts";
import { checkAppend, checkAttend, checkHalves, overflown } from "../reference/kv4.ts";
import type { Gpu } from "./device.ts";
import { appendShader, GRID_ITEMS, packShader } from "./shaders/kv_append_shader.ts";
import { tileQueries } from "./shaders/kv_attend_group.ts";
import { attendShader, CHUNK_TOKENS } from "./shaders/kv_attend_shader.ts";
import { mergeShader } from "./shaders/kv_merge_shader.ts";
import { KvPages, type PassTable } from "./kv_pages.ts";
import { type Grid, NONE, type Submission, submit } from "./submission.ts";

/** The shaders of one layout. */
export interface KvPipelines {
  readonly append: GPUComputePipeline;
  readonly pack: GPUComputePipeline;
  readonly attend: GPUComputePipeline;
  readonly merge: GPUComputePipeline;
}

/** A pass as the shaders see it: its pages, and its table on the device. */
export interface PassOnDevice {
  readonly pages: KvPages;
  readonly table: PassTable;
  readonly tableBuffer: GPUBuffer;
  readonly rows: number;
  readonly heads: number;
}

/** KV4 on one device. */
export class GpuKv {
  readonly gpu: Gpu;
  readonly mostBytes: number;
  #pages = new WeakMap<KvCache, KvPages>();

  /** No binding holds more than `mostBytes`. */
  constructor(gpu: Gpu, mostBytes: number) {
    this.gpu = gpu;
    this.mostBytes = mostBytes;
  }

  /** `kvAppend` of the contract. */
  async kvAppend(pass: KvPass, layer: number, k: Float32Array, v: Float32Array): Promise<void> {
    const pages = this.pagesOf(pass);
    checkAppend(pass, layer, k, v, pages);
    checkHalves(pass.layout, k, v);
    const pipelines = await this.pipelines(pass.layout);
    await submit(this.gpu, "kvAppend", (work) => {
      const on = this.lendPass(work, pass, pass.layout.kvHeads);
      this.encodeAppend(
        ...[work, pipelines, on, layer, work.lend(k), work.lend(v)] as const,
        ...[work.lend(Uint32Array.of(NONE)), 0] as const,
      );
    });
  }

  /** `kvAttend` of the contract. */
  async kvAttend(
    pass: KvPass,
    layer: number,
    q: Float32Array,
    heads: number,
    given?: Float32Array,
  ): Promise<Float32Array> {
    const pages = this.pagesOf(pass);
    const output = checkAttend(pass, layer, q, heads, given, pages);
    const bad = q.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw notFinite("kvAttend: q", q[bad]!, bad, heads * pass.layout.headDim);
    const pipelines = await this.pipelines(pass.layout);
    const [y, refused] = await submit(this.gpu, "kvAttend", (work) => {
      const on = this.lendPass(work, pass, heads);
      const refused = work.lend(Uint32Array.of(NONE));
      const y = work.room(q.byteLength);
      this.encodeAttend(work, pipelines, on, layer, work.lend(q), y, refused, 0);
      work.read(y, q.byteLength);
      work.read(refused, 4);
    });
    const at = new Uint32Array(refused!)[0]!;
    if (at !== NONE) throw overflown(Math.floor(at / heads), at % heads);
    output.set(new Float32Array(y!));
    return output;
  }

  /** Where the contents of a pass's cache are on this device. */
  pagesOf(pass: KvPass): KvPages {
    let pages = this.#pages.get(pass.cache);
    if (pages === undefined) {
      pages = new KvPages(this.gpu, pass.layout, this.mostBytes);
      this.#pages.set(pass.cache, pages);
    }
    return pages;
  }

  /** Puts the table of a pass, or of a run of its rows, on the device: for all its layers. */
  lendPass(
    work: Submission,
    pass: KvPass,
    heads: number,
    { first, count } = { first: 0, count: pass.rows },
  ): PassOnDevice {
    const pages = this.pagesOf(pass);
    const share = heads / pass.layout.kvHeads;
    const table = pages.table(pass, share, tileQueries(pass.layout), first, count);
    return { pages, table, tableBuffer: work.lend(table.words), rows: count, heads };
  }

  /**
   * Encodes the storing of `k` and `v`, `[rows][kvHeads][headDim]`; `refused[flag]` becomes the least place,
   * counted on from k to v, of a number that does not fit 16 bits.
   */
  encodeAppend(
    work: Submission,
    { append, pack }: KvPipelines,
    { pages, table, tableBuffer, rows, heads }: PassOnDevice,
    layer: number,
    k: GPUBuffer,
    v: GPUBuffer,
    refused: GPUBuffer,
    flag: number,
  ): void {
    const { kvHeads, headDim } = pages.layout;
    const recent = pages.recent.buffers[layer]!;
    const sizes = (items: number, at: number) =>
      work.sizes(items, at, table.groupsAt, rows, heads, 0, 1, flag);
    const pairs = sizes(table.pairs, table.pairsAt);
    const across = Math.ceil(kvHeads * headDim / 128);
    work.run(append, [pairs, tableBuffer, k, v, recent, refused], gridOf(across, table.pairs));
    if (table.complete === 0) return;
    const complete = sizes(table.complete, table.completeAt);
    const packed = pages.packed.buffers[layer]!;
    work.run(pack, [complete, tableBuffer, recent, packed], gridOf(kvHeads, table.complete));
  }

  /**
   * Encodes attention of `q`, `[rows][heads][headDim]`, into `y` of the same shape; `refused[flag]` becomes
   * the least `row * heads + head` whose scores overflow.
   */
  encodeAttend(
    work: Submission,
    { attend, merge }: KvPipelines,
    { pages, table, tableBuffer, rows, heads }: PassOnDevice,
    layer: number,
    q: GPUBuffer,
    y: GPUBuffer,
    refused: GPUBuffer,
    flag: number,
  ): void {
    const { layout } = pages;
    const { kvHeads, headDim } = layout;
    // Where no group is complete there are no codes; something must be bound in their place.
    const packed = pages.packed.buffers[layer] ?? pages.recent.buffers[layer]!;
    const recent = pages.recent.buffers[layer]!;
    const chunks = Math.ceil(table.longest / CHUNK_TOKENS);
    const perTile = 4 * tileQueries(layout) * kvHeads * chunks * (headDim + 2);
    const fit = chunks === 1 ? GRID_ITEMS : Math.floor(this.mostBytes / perTile);
    const step = Math.max(1, Math.min(GRID_ITEMS, fit));
    for (let first = 0; first < table.tiles; first += step) {
      const tiles = Math.min(step, table.tiles - first);
      const sizes = work.sizes(
        ...[tiles, table.tilesAt, table.groupsAt, rows, heads, first, chunks, flag] as const,
      );
      const into = chunks === 1 ? y : work.room(perTile * tiles);
      const bindings = [sizes, tableBuffer, q, packed, recent, into, refused];
      work.run(attend, bindings, [tiles, kvHeads, chunks]);
      if (chunks === 1) continue;
      const queries = tiles * tileQueries(layout);
      work.run(merge, [sizes, tableBuffer, into, y], gridOf(kvHeads, queries));
    }
  }

  /** The shaders of a layout, compiled at first use. */
  async pipelines(layout: KvLayout): Promise<KvPipelines> {
    const { kvHeads, headDim, groupSize } = layout;
    const make = (name: string, shader: (layout: KvLayout) => string) =>
      this.gpu.pipeline(`${name} ${kvHeads}x${headDim} G${groupSize}`, () => shader(layout));
    return {
      append: await make("append", appendShader),
      pack: await make("pack", packShader),
      attend: await make("attend", attendShader),
      merge: await make("merge", mergeShader),
    };
  }
}

/** A grid over items on the second axis and, where they are many, the third. */
export function gridOf(across: number, items: number): Grid {
  return [across, Math.min(items, GRID_ITEMS), Math.ceil(items / GRID_ITEMS)];
}
