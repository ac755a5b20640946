/**
 * ONNX files from elsewhere: their nodes and constants are read, and nodes are put in between; everything
 * that is not touched is copied byte for byte. Field numbers are those of `onnx.proto`.
 *
 * @module
 */
import { messageOf, UserError } from "offprint/errors.ts";
import { OnnxGraph } from "./graph.ts";
import { type MessageField, messageFields, MessageWriter } from "./protobuf.ts";

/** A node of the outermost graph. */
export interface ForeignNode {
  readonly type: string;
  readonly name: string;
  /** Names of its operands; an absent one is empty. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes that are whole numbers or lists of them. */
  readonly integers: ReadonlyMap<string, readonly number[]>;
  /** Types of the nodes in graphs that it carries, as the branches of an `If`. */
  readonly inside: readonly string[];
}

/** A constant of 32-bit floats. */
export interface ForeignConstant {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What a node's operands are to be from now on, or its results; names that stay may be left out. */
export interface Replacement {
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
}

/** A model that was read; made by {@linkcode readForeignModel}. */
export class ForeignModel {
  readonly nodes: readonly ForeignNode[];
  /** By name: initialisers and `Constant` nodes of 32-bit floats. */
  readonly constants: ReadonlyMap<string, ForeignConstant>;
  readonly #model: readonly MessageField[];
  readonly #graph: readonly MessageField[];

  constructor(bytes: Uint8Array) {
    this.#model = [...messageFields(bytes)];
    const graph = this.#model.find(({ field }) => field === 7);
    if (graph === undefined) throw new RangeError("no graph");
    this.#graph = [...messageFields(graph.bytes)];
    const constants = new Map<string, ForeignConstant>();
    const nodes: ForeignNode[] = [];
    for (const { field, bytes } of this.#graph) {
      if (field === 5) addConstant(constants, bytes);
      if (field !== 1) continue;
      const node = readNode(bytes);
      nodes.push(node);
      if (node.type === "Constant") addConstant(constants, tensorOf(bytes), node.outputs[0]);
    }
    this.nodes = nodes;
    this.constants = constants;
  }

  /**
   * The model with nodes put in between: `visit` sees each node in its order before it is copied, may add
   * nodes, constants and outputs to the graph, and says what the node reads and gives from then on.
   *
   * @param after the nodes added by `visit` come in front of the node; what this adds comes behind it, the
   * same node `again` with other operands and results if it likes.
   */
  rewritten(
    visit: (node: ForeignNode, graph: OnnxGraph) => Replacement | undefined,
    after: (
      node: ForeignNode,
      graph: OnnxGraph,
      again: (replacement: Replacement) => void,
    ) => void = () => {},
  ): Uint8Array<ArrayBuffer> {
    const graph = new OnnxGraph("offprint/");
    // The model's own outputs in front of those that are added.
    for (const { field, raw } of this.#graph) if (field !== 1) graph.copy(raw);
    let next = 0;
    for (const { field, bytes, raw } of this.#graph) {
      if (field !== 1) continue;
      const node = this.nodes[next++]!;
      const copy = (replacement: Replacement) =>
        graph.copy(new MessageWriter().bytes(1, replaced(bytes, node, replacement)).finish());
      const replacement = visit(node, graph);
      if (replacement === undefined) graph.copy(raw);
      else copy(replacement);
      after(node, graph, copy);
    }
    const model = new MessageWriter();
    for (const { field, raw } of this.#model) {
      if (field === 7) model.bytes(7, graph.fields);
      else model.copy(raw);
    }
    return model.finish();
  }
}

/**
 * Reads an ONNX file.
 *
 * @param where its name, for the message.
 * @throws {UserError} for bytes that are no ONNX file.
 */
export function readForeignModel(where: string, bytes: Uint8Array): ForeignModel {
  try {
    return new ForeignModel(bytes);
  } catch (error) {
    throw new UserError({ what: where, got: messageOf(error), expected: "a whole ONNX file" });
  }
}

const text = new TextDecoder();

function readNode(bytes: Uint8Array): ForeignNode {
  const inputs: string[] = [], outputs: string[] = [], inside: string[] = [];
  const integers = new Map<string, readonly number[]>();
  let name = "", type = "";
  // Lists of trees or of nodes may be longer than what a call takes as arguments.
  for (const { field, bytes: content } of messageFields(bytes)) {
    if (field === 1) inputs.push(text.decode(content));
    if (field === 2) outputs.push(text.decode(content));
    if (field === 3) name = text.decode(content);
    if (field === 4) type = text.decode(content);
    if (field !== 5) continue;
    let attribute = "";
    const values: number[] = [];
    for (const part of messageFields(content)) {
      if (part.field === 1) attribute = text.decode(part.bytes);
      if (part.field === 3) values.push(part.integer);
      if (part.field === 8) { for (const each of wholeNumbers(part)) values.push(each); }
      if (part.field === 6) { for (const each of typesInside(part.bytes)) inside.push(each); }
    }
    if (values.length > 0) integers.set(attribute, values);
  }
  return { type, name, inputs, outputs, integers, inside };
}

/** Types of a graph's nodes, those of the graphs inside them too. */
function typesInside(graph: Uint8Array): string[] {
  return [...messageFields(graph)].filter(({ field }) => field === 1)
    .flatMap(({ bytes }) => {
      const { type, inside } = readNode(bytes);
      return [type, ...inside];
    });
}

/** A repeated whole number, one to a field or packed. */
function wholeNumbers({ wire, integer, bytes }: MessageField): number[] {
  if (wire === 0) return [integer];
  const values: number[] = [];
  let value = 0, factor = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte >= 0x80) continue;
    values.push(value);
    [value, factor] = [0, 1];
  }
  return values;
}

/** The tensor that a `Constant` node carries; empty when it carries something else. */
function tensorOf(node: Uint8Array): Uint8Array {
  for (const { field, bytes } of messageFields(node)) {
    if (field !== 5) continue;
    for (const part of messageFields(bytes)) if (part.field === 5) return part.bytes;
  }
  return new Uint8Array();
}

function addConstant(
  constants: Map<string, ForeignConstant>,
  tensor: Uint8Array,
  called?: string,
): void {
  const shape: number[] = [];
  let name = "", type = 0, values = new Float32Array();
  for (const part of messageFields(tensor)) {
    const { field, bytes } = part;
    if (field === 1) { for (const each of wholeNumbers(part)) shape.push(each); }
    if (field === 2) type = part.integer;
    if (field === 8) name = text.decode(bytes);
    // Packed floats, or their bytes as they lie in memory: both little-endian; copied so that they are aligned.
    if (field === 9 || (field === 4 && part.wire === 2)) {
      if (bytes.length % 4 === 0) values = new Float32Array(bytes.slice().buffer);
    }
  }
  const float32 = 1, count = shape.reduce((product, size) => product * size, 1);
  if (type === float32 && values.length === count) {
    constants.set(called ?? name, { shape, values });
  }
}

/** A node's bytes with other operands or results. */
function replaced(
  bytes: Uint8Array,
  { inputs, outputs }: ForeignNode,
  replacement: Replacement,
): MessageWriter {
  const message = new MessageWriter();
  for (const name of replacement.inputs ?? inputs) message.bytes(1, name);
  for (const name of replacement.outputs ?? outputs) message.bytes(2, name);
  for (const { field, raw } of messageFields(bytes)) {
    // No two nodes have one name, so one that gives something else has none.
    if (field > 3 || (field === 3 && replacement.outputs === undefined)) message.copy(raw);
  }
  return message;
}
