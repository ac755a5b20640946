/**
 * A way into a running instance of Yosys (WebAssembly). The package's module shows only its memory and the function
 * that runs it from beginning to end; an error ends that function, and with it the instance. Here the module is given
 * two more exports before it is compiled: the function that runs one command, and the pointer to its stack. So a
 * command can be run that ends in an error, and the instance goes on.
 *
 * @module
 */

/** What is shown of an instance besides what the package shows. */
export interface Door {
  memory: WebAssembly.Memory;
  /** Address of the top of the stack, which grows downwards. */
  stack: WebAssembly.Global;
  /** `run_pass(std::string command, RTLIL::Design *design)`; without a design (0) it is the current one. */
  runPass(command: number, design: number): void;
}

/** A command ended the program, with this status. */
export class Ended extends Error {
  constructor(readonly code: number) {
    super(`Yosys ended with status ${code}`);
  }
}

/** The one build whose functions are known: 0.55.944. Any other is left as it is. */
const BUILD = { bytes: 30_830_300, runPass: 18_303, stackPointer: 0 };
const NAMES = { runPass: "offprint_run_pass", stack: "offprint_stack" };
/** Numbers of the binary format (WebAssembly core specification, section 5.5). */
const HEADER_BYTES = 8;
const EXPORT_SECTION = 7;
const FUNCTION = 0;
const GLOBAL = 3;
const STANDARD_INPUT = 0;
const ELSEWHERE = 0x8000_0000;

/** From now on the module is compiled with the two exports. */
export function openDoor(): void {
  WebAssembly.compileStreaming = async (source) => {
    const bytes = new Uint8Array(await (await source).arrayBuffer());
    return await WebAssembly.compile(bytes.length === BUILD.bytes ? withExports(bytes) : bytes);
  };
}

/** What is done with the instance that is started next. */
export interface Watcher {
  /** The instance, where it has a door. */
  found(door: Door): void;
  /** Called before each read of the standard input, in the middle of the program. */
  reading(): void;
  /** Whether a command is being run from outside: then its end is an {@linkcode Ended}. */
  inside(): boolean;
}

/** Watches the instance that is started next. */
export function watchDoor({ found, reading, inside }: Watcher): { stop(): void } {
  const before = WebAssembly.instantiate;
  const watched = async (module: WebAssembly.Module, imports?: WebAssembly.Imports) => {
    const system = imports?.wasi_snapshot_preview1;
    if (system === undefined) return await before(module, imports);
    const exit = system.proc_exit as (code: number) => void;
    const read = system.fd_read as (descriptor: number, ...rest: number[]) => number;
    // Here and not in a stream of the package: in the middle of a read of its own it can begin no other.
    const proc_exit = (code: number) => {
      if (inside()) throw new Ended(code);
      exit(code);
    };
    const fd_read = (descriptor: number, ...rest: number[]) => {
      if (descriptor === STANDARD_INPUT) reading();
      return read(descriptor, ...rest);
    };
    const wasi_snapshot_preview1 = { ...system, proc_exit, fd_read };
    const instance = await before(module, { ...imports, wasi_snapshot_preview1 });
    const { memory, [NAMES.stack]: stack, [NAMES.runPass]: runPass } = instance.exports;
    if (stack !== undefined) found({ memory, stack, runPass } as unknown as Door);
    return instance;
  };
  WebAssembly.instantiate = watched as typeof WebAssembly.instantiate;
  return { stop: () => WebAssembly.instantiate = before };
}

/** Runs a command in an instance that waits for input. */
export function runCommand({ memory, stack, runPass }: Door, command: string): void {
  const top = stack.value;
  const text = new TextEncoder().encode(`${command}\0`);
  const length = text.length - 1;
  const place = (top - text.length) & ~15;
  const string = place - 16;
  new Uint8Array(memory.buffer).set(text, place);
  // A `std::string` whose text lies elsewhere, as libc++ has it: address, length, capacity with its highest bit set.
  new Uint32Array(memory.buffer, string, 3).set([place, length, ELSEWHERE | length]);
  stack.value = string;
  try {
    runPass(string, 0);
  } finally {
    stack.value = top;
  }
}

/** The module with its two further exports. */
function withExports(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const entry = (name: string, kind: number, index: number) => {
    const letters = encoder.encode(name);
    return [letters.length, ...letters, kind, ...leb(index)];
  };
  let at = HEADER_BYTES;
  const number = (): number => {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const start = at;
    const section = bytes[at++];
    const size = number();
    const end = at + size;
    if (section !== EXPORT_SECTION) {
      at = end;
      continue;
    }
    const count = number();
    const body = [
      ...leb(count + 2),
      ...bytes.subarray(at, end),
      ...entry(NAMES.runPass, FUNCTION, BUILD.runPass),
      ...entry(NAMES.stack, GLOBAL, BUILD.stackPointer),
    ];
    const changed = new Uint8Array([EXPORT_SECTION, ...leb(body.length), ...body]);
    const whole = new Uint8Array(start + changed.length + bytes.length - end);
    whole.set(bytes.subarray(0, start));
    whole.set(changed, start);
    whole.set(bytes.subarray(end), start + changed.length);
    return whole;
  }
  return bytes;
}

/** An unsigned number as the binary format has it, seven bits a byte. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value;; rest >>>= 7) {
    bytes.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) return bytes;
  }
}
