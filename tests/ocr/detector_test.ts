import { assertEquals } from "@std/assert";
import { detectorInput, textBoxes } from "../../lib/ocr/detector.ts";
import type { TextBox } from "../../lib/ocr/strips.ts";

/** A map that is `probability` inside the boxes and 0 elsewhere. */
function mapOf(boxes: readonly TextBox[], width: number, height: number, probability: number) {
  const map = new Float32Array(width * height);
  for (const { left, top, right, bottom } of boxes) {
    for (let y = top; y < bottom; y++) map.fill(probability, y * width + left, y * width + right);
  }
  return map;
}

Deno.test("likely pixels that hang together are one box, which grows by 1.5 times area over perimeter", () => {
  const size = { width: 100, height: 60 };
  const core = { left: 20, top: 10, right: 60, bottom: 18 };
  const other = { left: 30, top: 40, right: 70, bottom: 44 };
  // 1.5 · 40 · 8 / 96 = 5 and 1.5 · 40 · 4 / 88 = 2.7.
  assertEquals(textBoxes(mapOf([core, other], 100, 60, 0.9), size), [
    { left: 15, top: 5, right: 65, bottom: 23 },
    { left: 27, top: 37, right: 73, bottom: 47 },
  ]);
  const corner = { left: 0, top: 52, right: 40, bottom: 60 };
  assertEquals(textBoxes(mapOf([corner], 100, 60, 0.9), size), [
    { left: 0, top: 47, right: 45, bottom: 60 },
  ]);
});

Deno.test("what is unlikely on the whole or less than three pixels high is no text", () => {
  const size = { width: 64, height: 32 };
  const core = { left: 8, top: 8, right: 40, bottom: 16 };
  assertEquals(textBoxes(mapOf([core], 64, 32, 0.5), size), []);
  assertEquals(textBoxes(mapOf([core], 64, 32, 0.25), size), []);
  assertEquals(textBoxes(mapOf([{ ...core, bottom: 10 }], 64, 32, 0.9), size), []);
});

Deno.test("a picture is filled up with white to sides that are multiples of 32", () => {
  const pixels = new Uint8Array(4 * 40 * 20);
  const { width, height, values } = detectorInput({ width: 40, height: 20, pixels });
  assertEquals([width, height, values.length], [64, 32, 3 * 64 * 32]);
  const planes = [[0.485, 0.229], [0.456, 0.224], [0.406, 0.225]] as const;
  planes.forEach(([mean, deviation], plane) => {
    const at = (x: number, y: number) => values[(plane * 32 + y) * 64 + x];
    assertEquals(at(39, 19), Math.fround(-mean / deviation));
    assertEquals([at(40, 19), at(39, 20)], Array(2).fill(Math.fround((1 - mean) / deviation)));
  });
});
