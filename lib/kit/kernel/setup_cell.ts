/**
 * The hidden cell that every kernel runs first. It makes three things visible that stock Jupyter
 * loses: a rejected promise nobody waits for, an error thrown by a timer, and output that belongs
 * to a cell that has already ended.
 *
 * @module
 */

/** Message types that the set-up cell broadcasts; no other part of Jupyter uses them. */
export const HIDDEN = {
  /** Everything a cell printed has been sent. */
  fence: "offprint_fence",
  /** A promise was rejected and nobody handled it, or a timer's callback threw. */
  lost: "offprint_lost",
  /** A cell's numbers were computed by something whose last digits hang on the processor. */
  processor: "offprint_processor",
  /** The next messages come from this cell, which has ended; null = from the running one again. */
  origin: "offprint_origin",
} as const;

/** Where the set-up cell leaves its functions. */
const KEY = `globalThis[Symbol.for("offprint.kernel")]`;

/** Text of a JSON value, safe to stand in a cell. */
const json = JSON.stringify;

/**
 * The code that tells the kernel which cell comes next. Whatever that cell starts (timers,
 * promises) carries its name along through the async context.
 */
export function enterCode(cell: string): string {
  return `${KEY}.enter(${json(cell)}); undefined`;
}

/**
 * The code that marks the end of a cell's output: outputs and broadcasts share one queue, so
 * what comes before the fence is the cell's and is complete.
 *
 * @param settleMs for this long may timers that cells left behind still fire (0: only those already due).
 */
export function fenceCode(id: string, settleMs: number): string {
  return `await ${KEY}.fence(${json(id)}, ${settleMs}); undefined`;
}

/** The set-up cell. Runs in the kernel, so it is plain JavaScript and declares nothing. */
export const SETUP_CODE = `await (async () => {
  const { AsyncLocalStorage } = await import("node:async_hooks");
  const origin = new AsyncLocalStorage();
  const { broadcast } = Deno.jupyter;
  const { setTimeout: later, setInterval, clearTimeout, clearInterval } = globalThis;
  // The cell that runs, or null once its fence has begun; and the latest one.
  let current = null;
  let latest = null;

  // Marks what a finished cell still prints, so that it is not taken for the running cell's.
  const attributed = (print) => function (...args) {
    const from = origin.getStore();
    if (from === undefined || from === current) return print.apply(this, args);
    broadcast("${HIDDEN.origin}", { cell: from });
    try {
      return print.apply(this, args);
    } finally {
      broadcast("${HIDDEN.origin}", { cell: null });
    }
  };
  for (const name of Object.keys(console)) {
    if (typeof console[name] === "function") console[name] = attributed(console[name]);
  }
  const { format } = Deno.jupyter;
  const emit = attributed(broadcast);
  Deno.jupyter.broadcast = emit;
  Deno.jupyter.display = async (value, options = {}) => {
    const raw = options.raw && typeof value === "object" && value !== null;
    await emit(options.update ? "update_display_data" : "display_data", {
      data: raw ? value : await format(value),
      metadata: {},
      transient: options.display_id ? { display_id: options.display_id } : {},
    });
  };

  // Timers that cells started and that have not fired.
  const waiting = new Set();
  const replace = (name, wrapper) => {
    // Other properties (util.promisify looks for one) stay as they are.
    const own = Object.getOwnPropertyDescriptors(globalThis[name]);
    globalThis[name] = Object.defineProperties(wrapper, own);
  };
  const forget = (clear) => (timer) => {
    waiting.delete(timer);
    clear(timer);
  };
  replace("setTimeout", (callback, delay, ...args) => {
    if (typeof callback !== "function") return later(callback, delay, ...args);
    const timer = later((...given) => {
      waiting.delete(timer);
      return callback(...given);
    }, delay, ...args);
    if (origin.getStore() !== undefined) waiting.add(timer);
    return timer;
  });
  replace("setInterval", (...args) => {
    const timer = setInterval(...args);
    if (origin.getStore() !== undefined) waiting.add(timer);
    return timer;
  });
  replace("clearTimeout", forget(clearTimeout));
  replace("clearInterval", forget(clearInterval));

  // A runner that is killed cannot end its kernels: then they end by themselves.
  const parent = Deno.ppid;
  const watch = setInterval(() => {
    if (Deno.ppid !== parent) Deno.exit(1);
  }, 1000);
  if (typeof watch === "number") Deno.unrefTimer(watch);
  else watch.unref();

  // What computed numbers for which cell; reported once.
  const computed = new Set();

  const lost = (what, thrown) => {
    const error = thrown instanceof Error ? thrown : undefined;
    broadcast("${HIDDEN.lost}", {
      what,
      cell: origin.getStore() ?? latest,
      ename: error === undefined ? "" : String(error.name),
      evalue: error === undefined ? Deno.inspect(thrown) : String(error.message),
      traceback: String(error?.stack ?? "").split("\\n"),
    });
  };
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    lost("rejection", event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    lost("error", event.error);
  });

  Object.defineProperty(globalThis, Symbol.for("offprint.kernel"), {
    value: {
      enter(cell) {
        current = latest = cell;
        origin.enterWith(cell);
      },
      // Called by kernels/contract/processor.ts.
      computedBy(name) {
        const cell = origin.getStore() ?? latest;
        const key = JSON.stringify([cell, name]);
        if (cell === null || computed.has(key)) return;
        computed.add(key);
        broadcast("${HIDDEN.processor}", { cell, name });
      },
      async fence(id, settleMs) {
        origin.enterWith(undefined);
        // One turn of the event loop: rejections are reported and due timers fire before the fence.
        await new Promise((resolve) => later(resolve, 0));
        current = null;
        for (let waited = 0; waiting.size > 0 && waited < settleMs; waited += 10) {
          await new Promise((resolve) => later(resolve, 10));
        }
        await broadcast("${HIDDEN.fence}", { id });
      },
    },
  });
})();
undefined`;
