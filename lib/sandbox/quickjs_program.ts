/**
 * One program in a QuickJS runtime in its first state. Called in the child process alone: without its limits a program could
 * stop or fill the process that runs it.
 *
 * @module
 */
import type {
  QuickJSContext,
  QuickJSHandle,
  QuickJSRuntime,
  QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { processorTimeMs } from "offprint/timing.ts";
import { Snapshot } from "./quickjs_snapshot.ts";
import type { CallOutcome, SandboxCall, SandboxJob, SandboxLimits, SandboxResult } from "./job.ts";

/**
 * Run before the program, which can change every global: the writer keeps what it needs for itself. There is no
 * clock and no chance, so that a program does the same each time.
 */
const SET_UP = `(() => {
  const { stringify } = JSON, { isArray } = Array, { keys, prototype } = Object;
  const S = String, apply = Reflect.apply, sort = Array.prototype.sort, tag = prototype.toString;
  const next = (of) => of.next;
  const mapEntries = Map.prototype.entries, setValues = Set.prototype.values;
  const mapNext = new Map().entries().next, setNext = new Set().values().next;
  let left = 0, printed = "";
  const full = { full: true };
  const put = (text) => { left -= text.length; if (left < 0) throw full; return text; };
  const all = (items, step) => {
    let text = "[", first = true;
    for (let at = apply(step, items, []); !at.done; at = apply(step, items, [])) {
      text += (first ? "" : ",") + write(at.value); first = false;
    }
    return text + "]";
  };
  let depth = 0;
  const write = (value) => {
    if (depth > 200) throw full;
    depth++;
    try {
      switch (typeof value) {
        case "number": return put(S(value === 0 ? 0 : value));
        case "bigint": return put(S(value) + "n");
        case "string": left -= value.length; if (left < 0) throw full; return stringify(value);
        case "boolean": case "undefined": return put(S(value));
        case "function": case "symbol": return put(typeof value);
      }
      if (value === null) return put("null");
      if (isArray(value)) {
        let text = "[";
        for (let i = 0; i < value.length; i++) text += (i === 0 ? "" : ",") + put("") + write(value[i]);
        return text + "]";
      }
      const kind = apply(tag, value, []);
      if (kind === "[object Map]") return "new Map(" + all(apply(mapEntries, value, []), mapNext) + ")";
      if (kind === "[object Set]") return "new Set(" + all(apply(setValues, value, []), setNext) + ")";
      const names = apply(sort, keys(value), []);
      let text = "{";
      for (let i = 0; i < names.length; i++) {
        text += (i === 0 ? "" : ",") + put(stringify(names[i])) + ":" + write(value[names[i]]);
      }
      return text + "}";
    } finally { depth--; }
  };
  const print = (...parts) => {
    let line = "";
    for (let i = 0; i < parts.length; i++) {
      line += (i === 0 ? "" : " ") + (typeof parts[i] === "string" ? put(parts[i]) : write(parts[i]));
    }
    printed += line + "\\n";
  };
  globalThis.console = { log: print, info: print, debug: print, warn: print, error: print };
  Math.random = () => { throw new Error("there is no chance in the sandbox"); };
  return {
    start: (characters) => { left = characters; printed = ""; depth = 0; },
    write: (value) => write(value),
    printed: () => printed,
    isFull: (thrown) => thrown === full,
  };
})()`;

/** A runtime in its first state, with the tools that write results and a prelude that has been run. */
export interface Workshop {
  snapshot: Snapshot;
  tools: QuickJSHandle;
}

/**
 * Makes a runtime of a module that has run nothing yet, and keeps its state.
 *
 * @throws {Error} for a prelude that throws.
 */
export function makeWorkshop(quickjs: QuickJSWASMModule, prelude: string): Workshop {
  const runtime = quickjs.newRuntime();
  const context = runtime.newContext({
    intrinsics: {
      BaseObjects: true,
      Eval: true,
      StringNormalize: true,
      RegExp: true,
      RegExpCompiler: true,
      JSON: true,
      Proxy: true,
      MapSet: true,
      TypedArrays: true,
      Promise: true,
      BigInt: true,
    },
  });
  // The state that is kept must already ask: a later handler only takes the place of this one.
  runtime.setInterruptHandler(() => false);
  const tools = context.unwrapResult(context.evalCode(SET_UP, "setup.js"));
  context.unwrapResult(context.evalCode(prelude, "prelude.js")).dispose();
  return { snapshot: new Snapshot(quickjs, runtime, context), tools };
}

/** Runs a program and its calls. What QuickJS itself throws (its WebAssembly failed) is thrown. */
export function runProgram(
  { snapshot, tools }: Workshop,
  job: SandboxJob,
  limits: SandboxLimits,
): SandboxResult {
  snapshot.restore();
  const { runtime, context } = snapshot;
  runtime.setMemoryLimit(limits.memoryBytes);
  runtime.setMaxStackSize(limits.stackBytes);
  return new Program(runtime, context, tools, limits).run(job);
}

class Program {
  readonly #context: QuickJSContext;
  readonly #limits: SandboxLimits;
  readonly #tools: QuickJSHandle;
  #ticks = 0;
  /** Of all calls together. */
  #all = 0;
  /** In time that this process has had: a busy machine must not make a program late. */
  #deadline = Infinity;
  #late = false;

  constructor(
    runtime: QuickJSRuntime,
    context: QuickJSContext,
    tools: QuickJSHandle,
    limits: SandboxLimits,
  ) {
    this.#context = context;
    this.#limits = limits;
    this.#tools = tools;
    runtime.setInterruptHandler(() => {
      this.#ticks++;
      this.#all++;
      this.#late ||= this.#ticks > limits.steps || this.#all > limits.allSteps ||
        processorTimeMs() > this.#deadline;
      return this.#late;
    });
  }

  run({ code, calls, counter, stopAtFailure = false }: SandboxJob): SandboxResult {
    this.#begin();
    const text = this.#context.evalCode(code, "program.js", { type: "global" });
    if (text.error !== undefined) {
      const { status, message } = this.#failure(text.error);
      const unread = status === "throw" && (message ?? "").startsWith("SyntaxError");
      return {
        status: unread ? "syntax" : status,
        ...(message === undefined ? {} : { message }),
        calls: [],
      };
    }
    text.value.dispose();
    const outcomes: CallOutcome[] = [];
    for (const call of calls) {
      const failed = stopAtFailure && outcomes.length > 0 && outcomes.at(-1)!.status !== "value";
      const spent = this.#all > this.#limits.allSteps;
      outcomes.push(
        failed ? { status: "skipped" } : spent ? { status: "time" } : this.#call(call, counter),
      );
    }
    return { status: "ran", calls: outcomes };
  }

  #begin(): void {
    this.#ticks = 0;
    this.#late = false;
    this.#deadline = processorTimeMs() + this.#limits.timeMs;
    const { outputCharacters } = this.#limits;
    this.#context.newNumber(outputCharacters).consume((characters) =>
      this.#tool("start", characters)?.dispose()
    );
  }

  #call({ entry, args }: SandboxCall, counter: string | undefined): CallOutcome {
    const context = this.#context;
    this.#begin();
    if (counter !== undefined) {
      context.unwrapResult(context.evalCode(`${counter}=0`, "counter.js")).dispose();
    }
    const outcome = this.#outcome(`(${entry})(${args.join(",")})`);
    // Looking at what was counted and printed is not the program's work.
    const all = this.#all;
    this.#all = -Infinity;
    this.#ticks = -1000;
    this.#late = false;
    this.#deadline = Infinity;
    if (counter !== undefined) {
      const count = context.evalCode(counter, "counter.js");
      if (count.error === undefined) {
        outcome.count = count.value.consume((handle) => context.getNumber(handle));
      } else count.error.dispose();
    }
    const printed = this.#tool("printed")?.consume((handle) => context.getString(handle)) ?? "";
    this.#all = all;
    if (printed !== "") outcome.printed = printed;
    return outcome;
  }

  #outcome(expression: string): CallOutcome {
    const result = this.#context.evalCode(expression, "call.js", { type: "global" });
    if (result.error !== undefined) return this.#failure(result.error);
    const value = result.value.consume((handle) =>
      this.#toolHandle("write").consume((write) =>
        this.#context.callFunction(write, this.#context.undefined, handle)
      )
    );
    if (value.error !== undefined) return this.#failure(value.error);
    return {
      status: "value",
      value: value.value.consume((handle) => this.#context.getString(handle)),
    };
  }

  #toolHandle(name: string): QuickJSHandle {
    // The tools object is never given to the program.
    return this.#context.getProp(this.#tools, name);
  }

  #tool(name: string, ...args: QuickJSHandle[]): QuickJSHandle | undefined {
    const result = this.#toolHandle(name).consume((tool) =>
      this.#context.callFunction(tool, this.#context.undefined, ...args)
    );
    if (result.error === undefined) return result.value;
    result.error.dispose();
    return undefined;
  }

  /** What an error says; the handle is freed. */
  #failure(error: QuickJSHandle): CallOutcome {
    const context = this.#context;
    const late = this.#late;
    // Reading the message may run the program's own code: it has one more turn, no more.
    this.#ticks = this.#limits.steps - 1;
    const all = this.#all;
    this.#all = -Infinity;
    this.#late = false;
    const full = this.#tool("isFull", error)?.consume((handle) => context.dump(handle) === true);
    const read = (name: string): string =>
      context.getProp(error, name).consume((handle) =>
        context.typeof(handle) === "string" ? context.getString(handle).slice(0, MESSAGE) : ""
      );
    let message = "";
    try {
      message = context.typeof(error) === "object"
        ? `${read("name")}: ${read("message")}`
        : `${context.typeof(error)} ${String(context.dump(error)).slice(0, MESSAGE)}`;
    } catch {
      message = "something whose message cannot be read";
    }
    this.#all = all;
    error.dispose();
    const line = message.replaceAll(/\s+/g, " ").trim();
    if (late || line === "InternalError: interrupted") return { status: "time" };
    if (full === true) return { status: "output" };
    if (line === "InternalError: out of memory" || line === "InternalError: string too long") {
      return { status: "memory" };
    }
    // QuickJS says the first; newer versions say the second.
    if (/^InternalError: stack overflow|^RangeError: Maximum call stack/.test(line)) {
      return { status: "stack" };
    }
    return { status: "throw", message: line };
  }
}

/** Characters kept of a message. */
const MESSAGE = 200;
