/**
 * A QuickJS runtime that is put back to its first state before each program, by copying its memory: making a new
 * runtime and compiling what surrounds a program takes longer than most programs do.
 *
 * @module
 */
import type { QuickJSContext, QuickJSRuntime, QuickJSWASMModule } from "quickjs-emscripten-core";

const PAGE = 4096;
/** A run of zero pages at least so long is the stack, whose contents nobody reads before writing them. */
const STACK_PAGES = 256;

/** A runtime with its context, and what its memory was when it was new. */
export class Snapshot {
  readonly runtime: QuickJSRuntime;
  readonly context: QuickJSContext;
  readonly #memory: WebAssembly.Memory;
  readonly #parts: { at: number; bytes: Uint8Array }[];

  /**
   * Takes the memory of a module as it is. The module must have run nothing else before: what lies behind the last byte
   * that is not 0 is taken as unused.
   */
  constructor(module: QuickJSWASMModule, runtime: QuickJSRuntime, context: QuickJSContext) {
    this.runtime = runtime;
    this.context = context;
    this.#memory = module.getWasmMemory();
    this.#parts = partsOf(new Uint8Array(this.#memory.buffer));
  }

  /** Puts the first state back, whatever a program has left. */
  restore(): void {
    const memory = new Uint8Array(this.#memory.buffer);
    for (const { at, bytes } of this.#parts) memory.set(bytes, at);
  }

  /** Bytes that are copied each time. */
  get bytes(): number {
    return this.#parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}

/** All that is in use, without the stack. */
function partsOf(memory: Uint8Array): { at: number; bytes: Uint8Array }[] {
  const words = new BigUint64Array(memory.buffer);
  const perPage = PAGE / 8;
  const empty = (page: number): boolean => {
    for (let i = page * perPage; i < (page + 1) * perPage; i++) if (words[i] !== 0n) return false;
    return true;
  };
  let pages = memory.length / PAGE;
  while (pages > 0 && empty(pages - 1)) pages--;
  let longest = { from: pages, to: pages };
  for (let from = 0; from < pages; from++) {
    if (!empty(from)) continue;
    let to = from;
    while (to < pages && empty(to)) to++;
    if (to - from > longest.to - longest.from) longest = { from, to };
    from = to;
  }
  const stack = longest.to - longest.from >= STACK_PAGES ? longest : { from: pages, to: pages };
  return [{ from: 0, to: stack.from }, { from: stack.to, to: pages }]
    .map(({ from, to }) => ({ at: from * PAGE, bytes: memory.slice(from * PAGE, to * PAGE) }));
}
