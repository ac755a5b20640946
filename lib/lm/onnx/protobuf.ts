/**
 * The part of protocol buffers' wire format that ONNX files need: varints, 32-bit floats and
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

  /** A field of another message as it stands, tag and all. */
  copy(raw: Uint8Array): this {
    this.#push(raw);
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

/** One field of a message: its number, its wire type, and its content. */
export interface MessageField {
  readonly field: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wire: number;
  /** A varint's value; 0 for the other wire types. */
  readonly integer: number;
  /** The content without tag and length; empty for a varint. */
  readonly bytes: Uint8Array;
  /** The whole field as it stands, to be copied. */
  readonly raw: Uint8Array;
}

/**
 * The fields of a message in their order. Varints beyond 2⁵³ (in ONNX only marks such as "to the end") lose
 * their last bits.
 *
 * @throws {RangeError} for bytes that are no message.
 */
export function* messageFields(bytes: Uint8Array): Generator<MessageField> {
  let at = 0;
  const broken = () => new RangeError(`messageFields: got no message, at byte ${at}`);
  const varint = (): number => {
    let value = 0, factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = bytes[at++];
      if (byte === undefined) throw broken();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw broken();
  };
  const empty = new Uint8Array();
  while (at < bytes.length) {
    const start = at, tag = varint(), wire = tag % 8, field = (tag - wire) / 8;
    let integer = 0, content: Uint8Array = empty;
    if (wire === 0) integer = varint();
    else {
      const length = wire === 2 ? varint() : wire === 5 ? 4 : wire === 1 ? 8 : NaN;
      if (!(at + length <= bytes.length)) throw broken();
      content = bytes.subarray(at, at + length);
      at += length;
    }
    yield { field, wire, integer, bytes: content, raw: bytes.subarray(start, at) };
  }
}
