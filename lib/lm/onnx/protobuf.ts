/**
 * The part of protocol buffers' wire format that writing an ONNX file needs: varints, 32-bit floats and
 * length-delimited fields.
 *
 * @module
 */

/** Collects the fields of one message. */
export class MessageWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** A whole number (int32, int64, enum); negative ones take ten bytes. */
  integer(field: number, value: number | bigint): this {
    this.#varint(BigInt(field) << 3n);
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  /** A 32-bit float. */
  float(field: number, value: number): this {
    this.#varint((BigInt(field) << 3n) | 5n);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#push(bytes);
    return this;
  }

  /** Bytes, a text in UTF-8, or another message. */
  bytes(field: number, value: Uint8Array | string | MessageWriter): this {
    const chunks = value instanceof MessageWriter
      ? value.#chunks
      : [typeof value === "string" ? new TextEncoder().encode(value) : value];
    this.#varint((BigInt(field) << 3n) | 2n);
    this.#varint(BigInt(chunks.reduce((sum, chunk) => sum + chunk.length, 0)));
    for (const chunk of chunks) this.#push(chunk);
    return this;
  }

  /** The finished message. */
  finish(): Uint8Array<ArrayBuffer> {
    const result = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      result.set(chunk, at);
      at += chunk.length;
    }
    return result;
  }

  #varint(value: bigint): void {
    const bytes: number[] = [];
    do {
      const low = Number(value & 0x7fn);
      value >>= 7n;
      bytes.push(value === 0n ? low : low | 0x80);
    } while (value !== 0n);
    this.#push(Uint8Array.from(bytes));
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }
}
