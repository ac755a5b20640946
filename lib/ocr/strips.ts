/**
 * Pictures as pixels, and the strips that are cut out of them for the recogniser.
 *
 * @module
 */

/** A picture as rows of pixels with four bytes each: red, green, blue, and opacity, which is not looked at. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A rectangle in pixels; left and top belong to it, right and bottom do not. */
export interface TextBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A line of text: three equal planes of {@linkcode STRIP_HEIGHT} × `width` numbers from −1 (black) to 1. */
export interface TextStrip {
  readonly width: number;
  readonly values: Float32Array;
}

/** Rows of pixels that the recogniser takes. */
export const STRIP_HEIGHT = 48;

/** Shortest strip: the recogniser misreads single letters that fill it. */
const LEAST_WIDTH = 96;

/** Cuts a box out of a picture and scales it to the recogniser's height; short ones get white on both sides. */
export function stripOf(picture: Pixels, { left, top, right, bottom }: TextBox): TextStrip {
  const scale = STRIP_HEIGHT / (bottom - top);
  const inner = Math.max(1, Math.round((right - left) * scale));
  const width = Math.max(LEAST_WIDTH, inner);
  const before = (width - inner) >> 1;
  const values = new Float32Array(3 * STRIP_HEIGHT * width).fill(1);
  for (let y = 0; y < STRIP_HEIGHT; y++) {
    const rows = between(top + (y + 0.5) / scale - 0.5, picture.height);
    for (let x = 0; x < inner; x++) {
      const columns = between(left + (x + 0.5) / scale - 0.5, picture.width);
      for (let plane = 0; plane < 3; plane++) {
        const byte = bilinear(picture, rows, columns, plane);
        values[(plane * STRIP_HEIGHT + y) * width + before + x] = byte / 127.5 - 1;
      }
    }
  }
  return { width, values };
}

/** The two whole places around a place, and how far it is towards the second. */
type Between = readonly [first: number, second: number, share: number];

function between(at: number, size: number): Between {
  const inside = Math.min(Math.max(at, 0), size - 1);
  const first = Math.floor(inside);
  return [first, Math.min(first + 1, size - 1), inside - first];
}

function bilinear(
  { pixels, width }: Pixels,
  [y0, y1, dy]: Between,
  [x0, x1, dx]: Between,
  plane: number,
): number {
  const at = (y: number, x: number): number => pixels[4 * (y * width + x) + plane]!;
  return (1 - dy) * ((1 - dx) * at(y0, x0) + dx * at(y0, x1)) +
    dy * ((1 - dx) * at(y1, x0) + dx * at(y1, x1));
}
