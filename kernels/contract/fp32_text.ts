/**
 * The keys and values of one text in 32-bit floats, as `forward32` keeps them.
 *
 * @module
 */
import { checkWhole } from "./checks.ts";
import { KernelError } from "./errors.ts";
import { type Fp32Decoder, PANEL_ROWS } from "./fp32_decoder.ts";

/** Room is made for so many tokens at first, and doubled. */
const FIRST_TOKENS = 64;

/**
 * A growing text: `forward32` appends to it. For each layer and KV head one part with the keys,
 * `[capacity / 16][headDim][16]` (16 tokens side by side), and then the values, `[capacity][headDim]`.
 */
export class Fp32Text {
  /** The decoder that reads and extends it. */
  readonly decoder: Fp32Decoder;
  /** Tokens held. */
  length = 0;
  /** Tokens there is room for, a multiple of 16, which may lie beyond the last position. */
  capacity = 0;
  /** `[layers][kvHeads]` parts. */
  data: Float32Array = new Float32Array(0);

  /** An empty text. */
  constructor(decoder: Fp32Decoder) {
    this.decoder = decoder;
  }

  /** Numbers of a part's keys, and of its values. */
  get partSize(): number {
    return this.capacity * this.decoder.headDim;
  }

  /**
   * Makes room for `tokens` tokens in all.
   *
   * @throws {KernelError} when the decoder has not so many positions.
   */
  reserve(tokens: number): void {
    const { positions } = this.decoder;
    if (tokens > positions) {
      throw new KernelError({
        what: "forward32: length of a text",
        got: tokens,
        expected: `at most ${positions} tokens`,
      });
    }
    if (tokens <= this.capacity) return;
    const wanted = Math.max(tokens, FIRST_TOKENS, 2 * this.capacity);
    const most = Math.ceil(positions / PANEL_ROWS) * PANEL_ROWS;
    this.#resize(Math.min(most, Math.ceil(wanted / PANEL_ROWS) * PANEL_ROWS));
  }

  /** Keeps the first `length` tokens. */
  truncate(length: number): void {
    checkWhole("text: length", length, 0, this.length);
    this.length = length;
  }

  /** An independent copy. */
  fork(): Fp32Text {
    const copy = new Fp32Text(this.decoder);
    copy.capacity = this.capacity;
    copy.length = this.length;
    copy.data = this.data.slice();
    return copy;
  }

  /** Gives the memory back; the text is empty then. */
  close(): void {
    this.length = this.capacity = 0;
    this.data = new Float32Array(0);
  }

  #resize(capacity: number): void {
    const { layers, kvHeads, headDim } = this.decoder;
    const parts = 2 * layers.length * kvHeads;
    const [before, after] = [this.partSize, capacity * headDim];
    const data = new Float32Array(parts * after);
    // Sixteen tokens of keys, or of values, lie together in either: all that is held moves in one piece.
    const held = Math.ceil(this.length / PANEL_ROWS) * PANEL_ROWS * headDim;
    for (let part = 0; part < parts; part++) {
      data.set(this.data.subarray(part * before, part * before + held), part * after);
    }
    this.data = data;
    this.capacity = capacity;
  }
}
