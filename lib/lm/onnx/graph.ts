/**
 * Builds ONNX models in memory. Field numbers are those of `onnx.proto` (IR version 8, opset 17).
 *
 * @module
 */
import { MessageWriter } from "./protobuf.ts";

/** Number formats of inputs, outputs and constants. */
export type OnnxDtype = "float32" | "float16" | "int32" | "int64";

const DATA_TYPE: Record<OnnxDtype, number> = { float32: 1, int32: 6, int64: 7, float16: 10 };
const IR_VERSION = 8;
const OPSET = 17;
/** Operators that ONNX Runtime has beside the standard's; a type that begins so is one of them. */
const RUNTIME_DOMAIN = "com.microsoft";

/** A value of an attribute. A number is written as an integer when it is whole, unless wrapped by {@linkcode float}. */
export type Attribute = number | string | readonly number[] | { float: number };

/** Writes `value` as a float attribute even when it is whole. */
export function float(value: number): { float: number } {
  return { float: value };
}

/** A graph under construction. Values are named by strings; each method returns the name of its result. */
export class OnnxGraph {
  readonly #graph = new MessageWriter();
  readonly #prefix: string;
  #names = 0;
  #beyondStandard = false;

  /** @param prefix begins the names of all results, so that they differ from those of a graph that is copied. */
  constructor(prefix = "") {
    this.#prefix = prefix;
  }

  /** A field of another graph (a node, a constant, an input) as it stands. */
  copy(raw: Uint8Array): void {
    this.#graph.copy(raw);
  }

  /** The graph so far, without the model around it. */
  get fields(): MessageWriter {
    return this.#graph;
  }

  /** Declares an input; a dimension given as a text is symbolic. */
  input(name: string, dtype: OnnxDtype, shape: readonly (number | string)[]): string {
    this.#graph.bytes(11, valueInfo(name, dtype, shape));
    return name;
  }

  /** Declares `name` as an output. */
  output(name: string, dtype: OnnxDtype, shape: readonly (number | string)[]): void {
    this.#graph.bytes(12, valueInfo(name, dtype, shape));
  }

  /** A float32 constant. */
  floats(data: Float32Array | readonly number[], shape: readonly number[]): string {
    const values = data instanceof Float32Array ? data : Float32Array.from(data);
    return this.#constant(
      "float32",
      shape,
      new Uint8Array(
        values.buffer,
        values.byteOffset,
        values.byteLength,
      ),
    );
  }

  /** An int64 constant, one-dimensional unless a shape is given. */
  integers(data: readonly number[], shape: readonly number[] = [data.length]): string {
    const values = BigInt64Array.from(data, BigInt);
    return this.#constant("int64", shape, new Uint8Array(values.buffer));
  }

  /** Adds a node with one result. */
  op(type: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    return this.ops(type, inputs, 1, attributes)[0]!;
  }

  /** Adds a node with `results` results. */
  ops(
    type: string,
    inputs: readonly string[],
    results: number,
    attributes: Record<string, Attribute> = {},
  ): string[] {
    const names = Array.from({ length: results }, () => this.#fresh(type));
    this.node(type, inputs, names, attributes);
    return names;
  }

  /** Adds a node whose results have the given names. `com.microsoft.X` is the operator X of ONNX Runtime's own. */
  node(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): void {
    const node = new MessageWriter();
    for (const input of inputs) node.bytes(1, input);
    for (const output of outputs) node.bytes(2, output);
    const own = type.startsWith(`${RUNTIME_DOMAIN}.`);
    node.bytes(3, `${type}:${outputs[0]}`)
      .bytes(4, own ? type.slice(RUNTIME_DOMAIN.length + 1) : type);
    for (const [name, value] of Object.entries(attributes)) node.bytes(5, attribute(name, value));
    if (own) node.bytes(7, RUNTIME_DOMAIN);
    this.#beyondStandard ||= own;
    this.#graph.bytes(1, node);
  }

  /** The bytes of a whole ONNX file. */
  model(name: string): Uint8Array<ArrayBuffer> {
    this.#graph.bytes(2, name);
    const model = new MessageWriter()
      .integer(1, IR_VERSION)
      .bytes(2, "offprint")
      .bytes(7, this.#graph)
      .bytes(8, new MessageWriter().bytes(1, "").integer(2, OPSET));
    if (this.#beyondStandard) {
      model.bytes(8, new MessageWriter().bytes(1, RUNTIME_DOMAIN).integer(2, 1));
    }
    return model.finish();
  }

  #constant(dtype: OnnxDtype, shape: readonly number[], bytes: Uint8Array): string {
    const name = this.#fresh("constant");
    const tensor = new MessageWriter();
    for (const size of shape) tensor.integer(1, size);
    tensor.integer(2, DATA_TYPE[dtype]).bytes(8, name).bytes(9, bytes);
    this.#graph.bytes(5, tensor);
    return name;
  }

  #fresh(stem: string): string {
    return `${this.#prefix}${stem}_${this.#names++}`;
  }
}

function attribute(name: string, value: Attribute): MessageWriter {
  const FLOAT = 1, INT = 2, STRING = 3, INTS = 7;
  const message = new MessageWriter().bytes(1, name);
  if (typeof value === "string") return message.bytes(4, value).integer(20, STRING);
  if (typeof value === "number") {
    return Number.isInteger(value)
      ? message.integer(3, value).integer(20, INT)
      : message.float(2, value).integer(20, FLOAT);
  }
  if ("float" in value) return message.float(2, value.float).integer(20, FLOAT);
  for (const item of value) message.integer(8, item);
  return message.integer(20, INTS);
}

function valueInfo(
  name: string,
  dtype: OnnxDtype,
  shape: readonly (number | string)[],
): MessageWriter {
  const dims = new MessageWriter();
  for (const size of shape) {
    const dim = new MessageWriter();
    if (typeof size === "number") dim.integer(1, size);
    else dim.bytes(2, size);
    dims.bytes(1, dim);
  }
  const tensor = new MessageWriter().integer(1, DATA_TYPE[dtype]).bytes(2, dims);
  return new MessageWriter().bytes(1, name).bytes(2, new MessageWriter().bytes(1, tensor));
}
