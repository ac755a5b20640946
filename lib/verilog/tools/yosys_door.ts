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
/** Standard output and standard error. */
const OUTPUTS = [1, 2];
/** In the capacity of a `std::string`: its text lies elsewhere. */
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
  /** What it prints then; the bytes lie in memory that is used again. */
  written(bytes: Uint8Array): void;
}

/** Watches the instance that is started next. */
export function watchDoor(watcher: Watcher): { stop(): void } {
  const before = WebAssembly.instantiate;
  const watched = async (module: WebAssembly.Module, imports?: WebAssembly.Imports) => {
    const system = imports?.wasi_snapshot_preview1;
    if (system === undefined) return await before(module, imports);
    const memory = () => (instance.exports.memory as WebAssembly.Memory).buffer;
    const instance = await before(module, {
      ...imports,
      wasi_snapshot_preview1: {
        ...system,
        ...calls(system as unknown as SystemCalls, watcher, memory),
      },
    });
    const { [NAMES.stack]: stack, [NAMES.runPass]: runPass } = instance.exports;
    if (stack !== undefined) {
      watcher.found({ memory: instance.exports.memory, stack, runPass } as unknown as Door);
    }
    return instance;
  };
  WebAssembly.instantiate = watched as typeof WebAssembly.instantiate;
  return { stop: () => WebAssembly.instantiate = before };
}

/** The calls of the system that are answered here (WASI preview 1). */
interface SystemCalls {
  proc_exit(code: number): void;
  fd_read(descriptor: number, pieces: number, count: number, total: number): number;
  fd_write(descriptor: number, pieces: number, count: number, total: number): number;
}

/**
 * Answered before they come to the package, which can begin no read or write in the middle of another. What a command
 * prints takes a shorter way than through the package.
 */
function calls(
  { proc_exit, fd_read, fd_write }: SystemCalls,
  { reading, inside, written }: Watcher,
  memory: () => ArrayBuffer,
): SystemCalls {
  return {
    proc_exit(code) {
      if (inside()) throw new Ended(code);
      proc_exit(code);
    },
    fd_read(descriptor, ...rest) {
      if (descriptor === STANDARD_INPUT) reading();
      return fd_read(descriptor, ...rest);
    },
    fd_write(descriptor, pieces, count, total) {
      if (!inside() || !OUTPUTS.includes(descriptor)) {
        return fd_write(descriptor, pieces, count, total);
      }
      // Address and length of each piece.
      const words = new Uint32Array(memory(), pieces, 2 * count);
      let sum = 0;
      for (let at = 0; at < words.length; at += 2) {
        const [address, length] = [words[at]!, words[at + 1]!];
        if (length > 0) written(new Uint8Array(memory(), address, length));
        sum += length;
      }
      new Uint32Array(memory(), total, 1)[0] = sum;
      return 0;
    },
  };
}

/** Runs a command in an instance that waits for input. */
export function runCommand({ memory, stack, runPass }: Door, command: string): void {
  const top = stack.value;
  const text = new TextEncoder().encode(`${command}\0`);
  const length = text.length - 1;
  const place = (top - text.length) & ~15;
  const string = place - 16;
  new Uint8Array(memory.buffer).set(text, place);
  // A `std::string` as libc++ has it: address, length, capacity.
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
