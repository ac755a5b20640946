/**
 * ONNX models of one matrix product, for ONNX Runtime as a peer: `MatMul` in 32-bit floats, and
 * `MatMulNBits`, its 4-bit weights with activations quantised on the fly (`accuracy_level` 4).
 *
 * @module
 */
import { MessageWriter } from "offprint/lm/onnx/protobuf.ts";

// Numbers of onnx.proto.
const FLOAT = 1, UINT8 = 2;

/** `Y = X·W` with `W`, `[columns][rows]`, as a constant. Input "x", output "y". */
export function matMulModel(w: Float32Array, rows: number, columns: number): Uint8Array {
  return model(rows, columns, node("MatMul", "", ["x", "w"]), [
    tensor("w", FLOAT, [columns, rows], bytesOf(w)),
  ]);
}

/**
 * The same with 4-bit weights: `codes`, `[rows][blocks][blockSize / 2]`, two to a byte, the lower
 * column in the low nibble, biased by 8; `scales`, `[rows][blocks]`. Input "x", output "y".
 */
export function matMulNBitsModel(
  codes: Uint8Array,
  scales: Float32Array,
  rows: number,
  columns: number,
  blockSize: number,
): Uint8Array {
  const blocks = columns / blockSize;
  const attributes = { K: columns, N: rows, bits: 4, block_size: blockSize, accuracy_level: 4 };
  const product = node("MatMulNBits", "com.microsoft", ["x", "codes", "scales"], attributes);
  return model(rows, columns, product, [
    tensor("codes", UINT8, [rows, blocks, blockSize / 2], codes),
    tensor("scales", FLOAT, [rows * blocks], bytesOf(scales)),
  ]);
}

function model(
  rows: number,
  columns: number,
  product: MessageWriter,
  constants: MessageWriter[],
): Uint8Array {
  const graph = new MessageWriter().bytes(1, product).bytes(2, "product");
  for (const constant of constants) graph.bytes(5, constant);
  graph.bytes(11, value("x", columns)).bytes(12, value("y", rows));
  const opset = (domain: string, version: number) =>
    new MessageWriter().bytes(1, domain).integer(2, version);
  return new MessageWriter()
    .integer(1, 8)
    .bytes(7, graph)
    .bytes(8, opset("", 17))
    .bytes(8, opset("com.microsoft", 1))
    .finish();
}

function node(
  type: string,
  domain: string,
  inputs: string[],
  attributes: Record<string, number> = {},
): MessageWriter {
  const message = new MessageWriter();
  for (const input of inputs) message.bytes(1, input);
  message.bytes(2, "y").bytes(4, type);
  for (const [name, number] of Object.entries(attributes)) {
    message.bytes(5, new MessageWriter().bytes(1, name).integer(3, number).integer(20, 2));
  }
  return message.bytes(7, domain);
}

function tensor(name: string, type: number, shape: number[], bytes: Uint8Array): MessageWriter {
  const message = new MessageWriter();
  for (const size of shape) message.integer(1, size);
  return message.integer(2, type).bytes(8, name).bytes(9, bytes);
}

/** A matrix of floats with any number of rows. */
function value(name: string, columns: number): MessageWriter {
  const shape = new MessageWriter()
    .bytes(1, new MessageWriter().bytes(2, "tokens"))
    .bytes(1, new MessageWriter().integer(1, columns));
  const type = new MessageWriter().integer(1, FLOAT).bytes(2, shape);
  return new MessageWriter().bytes(1, name).bytes(2, new MessageWriter().bytes(1, type));
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
