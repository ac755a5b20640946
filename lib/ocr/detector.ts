/**
 * Where a picture has text: a network gives each pixel a probability, and connected likely pixels become a box
 * (differentiable binarisation, DB).
 *
 * @module
 */
import type { Pixels, TextBox } from "./strips.ts";

/** The network takes pictures whose sides are multiples of this. */
const STEP = 32;

/** Mean and deviation of each plane that the network was trained with. */
const MEAN = [0.485, 0.456, 0.406] as const, DEVIATION = [0.229, 0.224, 0.225] as const;

/** A pixel above the first is text; a box whose mean is above the second counts: DB's published values. */
const PIXEL = 0.3, BOX = 0.6;

/** The network finds the core of a line; its box grows by this times area over perimeter. */
const GROWTH = 1.5;

/** Least side of a core in pixels. */
const LEAST_SIDE = 3;

/** What the network takes: three planes, filled up with white to the right and below. */
export function detectorInput(
  { width, height, pixels }: Pixels,
): { width: number; height: number; values: Float32Array } {
  const across = Math.ceil(width / STEP) * STEP, down = Math.ceil(height / STEP) * STEP;
  const values = new Float32Array(3 * across * down);
  for (let plane = 0; plane < 3; plane++) {
    const [mean, deviation] = [MEAN[plane]!, DEVIATION[plane]!];
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        const byte = y < height && x < width ? pixels[4 * (y * width + x) + plane]! : 255;
        values[(plane * down + y) * across + x] = (byte / 255 - mean) / deviation;
      }
    }
  }
  return { width: across, height: down, values };
}

/** The boxes of text in a map of probabilities, from top to bottom. */
export function textBoxes(
  probabilities: Float32Array,
  { width, height }: { width: number; height: number },
): TextBox[] {
  const seen = new Uint8Array(width * height);
  const boxes: TextBox[] = [];
  for (let start = 0; start < probabilities.length; start++) {
    if (seen[start] === 1 || probabilities[start]! <= PIXEL) continue;
    const core = coreFrom(start, probabilities, seen, width);
    const wide = core.right - core.left, high = core.bottom - core.top;
    if (Math.min(wide, high) < LEAST_SIDE) continue;
    if (meanIn(core, probabilities, width) < BOX) continue;
    const margin = GROWTH * wide * high / (2 * (wide + high));
    boxes.push({
      left: Math.max(0, Math.floor(core.left - margin)),
      top: Math.max(0, Math.floor(core.top - margin)),
      right: Math.min(width, Math.ceil(core.right + margin)),
      bottom: Math.min(height, Math.ceil(core.bottom + margin)),
    });
  }
  return boxes;
}

/** The box around the likely pixels that hang together with `start`, which are marked as seen. */
function coreFrom(
  start: number,
  probabilities: Float32Array,
  seen: Uint8Array,
  width: number,
): TextBox {
  const height = probabilities.length / width;
  let left = width, top = height, right = 0, bottom = 0;
  const open = [start];
  seen[start] = 1;
  while (open.length > 0) {
    const at = open.pop()!;
    const x = at % width, y = (at - x) / width;
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
        const next = row * width + column;
        if (seen[next] === 1 || probabilities[next]! <= PIXEL) continue;
        seen[next] = 1;
        open.push(next);
      }
    }
  }
  return { left, top, right, bottom };
}

function meanIn(
  { left, top, right, bottom }: TextBox,
  probabilities: Float32Array,
  width: number,
): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) sum += probabilities[y * width + x]!;
  }
  return sum / ((right - left) * (bottom - top));
}
