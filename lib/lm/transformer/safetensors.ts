/**
 * Reader and writer of the safetensors format: an 8-byte little-endian length, a JSON header of that
 * length, then the tensors' bytes. Every kind of corruption gives one clear line.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";

/** The number formats that are written here. */
export type TensorDtype = "F32" | "F16";

/** Those that are read. */
export type StoredDtype = TensorDtype | "BF16";

/** A tensor in memory: always float32, whatever the file holds. */
export interface Tensor {
  shape: readonly number[];
  /** Row-major. */
  data: Float32Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  tensors: Map<string, Tensor & { dtype: StoredDtype }>;
  /** The file's free text entries (`__metadata__`). */
  metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const BYTES: Record<StoredDtype, number> = { F32: 4, F16: 2, BF16: 2 };
const LARGEST_HEADER = 100 * 1024 * 1024;

/**
 * The bytes of a safetensors file, tensors in the order of the map.
 *
 * @throws {RangeError} when a shape does not fit its data.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  options: { dtype?: TensorDtype; metadata?: Record<string, string> } = {},
): Uint8Array<ArrayBuffer> {
  const dtype = options.dtype ?? "F32";
  const header: Record<string, unknown> = {};
  if (options.metadata !== undefined) header["__metadata__"] = options.metadata;
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (elements(shape) !== data.length) {
      throw new RangeError(
        `encodeSafetensors: ${name} has shape [${shape}] and ${data.length} numbers`,
      );
    }
    const end = offset + data.length * BYTES[dtype];
    header[name] = { dtype, shape: [...shape], data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes); // padding is spaces
  bytes.set(text, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const { data } of tensors.values()) {
    if (dtype === "F32") {
      bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    } else {
      bytes.set(new Uint8Array(Float16Array.from(data).buffer), at);
    }
    at += data.length * BYTES[dtype];
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file.
 *
 * @param where the file's name, for messages.
 * @throws {UserError} when the file is truncated, too long, malformed, of another dtype than F32, F16 or BF16,
 * or holds a number that is not finite.
 */
export function decodeSafetensors(where: string, bytes: Uint8Array): Safetensors {
  const fail = (got: string, expected: string): never => {
    throw new UserError({
      what: where,
      got: new Described(got),
      expected,
      todo: "Fetch or train the file again.",
    });
  };
  if (bytes.length < LENGTH_BYTES) {
    fail(`${bytes.length} bytes`, "a safetensors file (at least 8 bytes)");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(Math.min(LARGEST_HEADER, bytes.length - LENGTH_BYTES))) {
    fail(
      `a header of ${declared} bytes in a file of ${bytes.length}`,
      "a header that lies within the file (truncated, or not a safetensors file)",
    );
  }
  const start = LENGTH_BYTES + Number(declared);
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(
      bytes.subarray(LENGTH_BYTES, start),
    );
    header = JSON.parse(text);
  } catch {
    fail("a header that is not JSON", "a safetensors header");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    return fail("a header that is not an object", "a safetensors header");
  }
  const tensors: Safetensors["tensors"] = new Map();
  let metadata: Record<string, string> = {};
  const spans: [number, number, string][] = [];
  for (const [name, entry] of Object.entries(header as Record<string, unknown>)) {
    if (name === "__metadata__") {
      metadata = entry as Record<string, string>;
      continue;
    }
    const { dtype, shape, begin, end } = checkedEntry(entry) ??
      fail(`a malformed entry for ${name}`, "dtype, shape and data_offsets");
    if (dtype !== "F32" && dtype !== "F16" && dtype !== "BF16") {
      throw new UserError({
        what: where,
        got: new Described(`${name} with dtype ${dtype}`),
        expected: "dtype F32, F16 or BF16",
        todo:
          "Quantised or integer weights cannot be run here; use a version of the model in one of these.",
      });
    }
    if (end - begin !== elements(shape) * BYTES[dtype]) {
      fail(
        `${name} with ${end - begin} bytes`,
        `${elements(shape) * BYTES[dtype]} bytes for shape [${shape}] in ${dtype}`,
      );
    }
    if (start + end > bytes.length) {
      fail(
        `a file of ${bytes.length} bytes that ends inside ${name}`,
        `at least ${start + end} bytes (truncated)`,
      );
    }
    spans.push([begin, end, name]);
    const data = numbers(bytes, start + begin, elements(shape), dtype);
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) fail(`${data[wrong]} in ${name} at ${wrong}`, "finite numbers");
    tensors.set(name, { dtype, shape, data });
  }
  // The format allows neither holes nor overlaps between tensors.
  spans.sort((a, b) => a[0] - b[0]);
  let reached = 0;
  for (const [begin, end, name] of spans) {
    if (begin !== reached) fail(`${name} at byte ${begin}`, `it to begin at byte ${reached}`);
    reached = end;
  }
  if (start + reached !== bytes.length) {
    fail(`${bytes.length} bytes`, `${start + reached} bytes, as the header says`);
  }
  return { tensors, metadata };
}

/** Reads a safetensors file; see {@linkcode decodeSafetensors}. */
export async function readSafetensors(file: URL): Promise<Safetensors> {
  const where = decodeURIComponent(file.pathname);
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError({
      what: where,
      got: new Described("no such file"),
      expected: "a safetensors file",
    });
  }
  return decodeSafetensors(where, bytes);
}

/**
 * Checks that a file holds exactly the tensors of `shapes`.
 *
 * @throws {UserError} for a missing, an unknown or a misshapen tensor.
 */
export function checkShapes(
  where: string,
  tensors: ReadonlyMap<string, Tensor>,
  shapes: ReadonlyMap<string, readonly number[]>,
): void {
  const todo = "The weights belong to another configuration.";
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      throw new UserError({
        what: where,
        got: new Described(`no tensor ${name}`),
        expected: `shape [${shape}]`,
        todo,
      });
    }
    if (tensor.shape.length !== shape.length || tensor.shape.some((size, i) => size !== shape[i])) {
      throw new UserError({
        what: `${where}: ${name}`,
        got: tensor.shape,
        expected: `shape [${shape}]`,
        todo,
      });
    }
  }
  for (const name of tensors.keys()) {
    if (!shapes.has(name)) {
      throw new UserError({
        what: where,
        got: name,
        expected: "only the tensors of the model",
        todo,
      });
    }
  }
}

interface Entry {
  dtype: unknown;
  shape: number[];
  begin: number;
  end: number;
}

function checkedEntry(entry: unknown): Entry | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  const natural = (value: unknown): value is number =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  if (!Array.isArray(shape) || !shape.every(natural)) return undefined;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(natural)) return undefined;
  const [begin, end] = offsets as [number, number];
  return begin <= end ? { dtype, shape, begin, end } : undefined;
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Copies, because a tensor in the file need not be aligned. */
function numbers(bytes: Uint8Array, at: number, count: number, dtype: StoredDtype): Float32Array {
  const copy = bytes.slice(at, at + count * BYTES[dtype]).buffer;
  if (dtype === "F32") return new Float32Array(copy);
  if (dtype === "F16") return Float32Array.from(new Float16Array(copy));
  // bfloat16 is the upper half of a float32.
  const words = Uint32Array.from(new Uint16Array(copy), (half) => half << 16);
  return new Float32Array(words.buffer);
}
