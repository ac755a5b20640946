/**
 * A white picture, for the control in which there is nothing to see.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";
import { Described, UserError } from "offprint/errors.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** The bytes where a PNG's width and height stand. */
const WIDTH_AT = 16, HEIGHT_AT = 20;

/**
 * A white PNG with the size of another, so that a model is sent as many pixels.
 *
 * @throws {UserError} for bytes that are no PNG.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { blankLike, pictureSize, whitePng } from "offprint/papers/chipgptv/harness/mod.ts";
 *
 * assertEquals(pictureSize(blankLike(whitePng(40, 30))), { width: 40, height: 30 });
 * ```
 */
export function blankLike(picture: Uint8Array): Uint8Array<ArrayBuffer> {
  const { width, height } = pictureSize(picture);
  return whitePng(width, height);
}

/** Width and height of a PNG, in pixels. */
export function pictureSize(picture: Uint8Array): { width: number; height: number } {
  const view = new DataView(picture.buffer, picture.byteOffset, picture.byteLength);
  if (picture.length < HEIGHT_AT + 4 || SIGNATURE.some((byte, at) => picture[at] !== byte)) {
    throw new UserError({
      what: "picture",
      got: new Described(`${picture.length} bytes that are not a PNG`),
      expected: "a PNG picture",
    });
  }
  return { width: view.getUint32(WIDTH_AT), height: view.getUint32(HEIGHT_AT) };
}

/** A white picture: one bit a pixel, as the PNG specification's colour type 0 (grey) has it. */
export function whitePng(width: number, height: number): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 1);
  const row = new Uint8Array(1 + Math.ceil(width / 8)).fill(0xff, 1);
  const pixels = Buffer.concat(Array.from({ length: height }, () => row));
  const parts = [
    SIGNATURE,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", new Uint8Array()),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

/** Length, type, data and the checksum over the last two. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "ascii"), data]);
  const result = Buffer.alloc(body.length + 8);
  result.writeUInt32BE(data.length, 0);
  body.copy(result, 4);
  result.writeUInt32BE(crc32(body), body.length + 4);
  return result;
}
