/**
 * A recogniser of printed text: lines are drawn with a font, read, and compared with what was drawn.
 *
 * @module
 */
import type * as ResvgModule from "@resvg/resvg-wasm";
import { createSession } from "offprint/lm/onnx/mod.ts";
import { packageFile } from "./packages.ts";

/** A drawn line: three equal planes of 48 × `width` numbers from −1 (black) to 1. */
export interface LineImage {
  readonly text: string;
  readonly width: number;
  readonly values: Float32Array;
}

/** Rows of pixels that the recogniser takes. */
const HEIGHT = 48;

/** Draws lines of text in black on white, the fonts in turn. */
export async function drawLines(texts: readonly string[], folder: URL): Promise<LineImage[]> {
  // Not a literal: Deno would otherwise download the package as soon as this file is loaded.
  const specifier: string = "@resvg/resvg-wasm";
  const { initWasm, Resvg } = await import(specifier) as typeof ResvgModule;
  drawer ??= initWasm(await packageFile("drawer", "index_bg.wasm", folder));
  await drawer;
  const fonts: Uint8Array[] = [];
  for (const name of ["DejaVuSans", "DejaVuSerif"]) {
    fonts.push(await packageFile("fonts", `ttf/${name}.ttf`, folder));
  }
  return texts.map((text, i) => {
    const family = ["DejaVu Sans", "DejaVu Serif"][i % 2]!, width = 24 + 20 * text.length;
    const shown = text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}"><rect width="100%" height="100%" fill="#fff"/><text x="8" y="34" font-family="${family}" font-size="28" fill="#000">${shown}</text></svg>`;
    const drawing = new Resvg(svg, { font: { fontBuffers: fonts, loadSystemFonts: false } });
    const { pixels } = drawing.render();
    drawing.free();
    // As wide as the text is, and a margin.
    const ends = Math.min(width, inkWidth(pixels, width) + 8);
    const values = new Float32Array(3 * HEIGHT * ends);
    for (let plane = 0; plane < 3; plane++) {
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < ends; x++) {
          const byte = pixels[4 * (y * width + x) + plane]!;
          values[(plane * HEIGHT + y) * ends + x] = byte / 127.5 - 1;
        }
      }
    }
    return { text, width: ends, values };
  });
}

let drawer: Promise<void> | undefined;

/** Columns from the left edge to the last dark pixel of an RGBA image. */
function inkWidth(pixels: Uint8Array, width: number): number {
  for (let x = width - 1; x >= 0; x--) {
    for (let y = 0; y < HEIGHT; y++) if (pixels[4 * (y * width + x)]! < 128) return x + 1;
  }
  return width;
}

/** The recogniser's file and its characters by number; number 0 is no character. */
export async function recogniserFiles(
  folder: URL,
): Promise<{ bytes: Uint8Array; characters: readonly string[] }> {
  const bytes = await packageFile("recogniser", "assets/ch_PP-OCRv4_rec_infer.onnx", folder);
  const list = await packageFile("recogniser", "assets/ppocr_keys_v1.txt", folder);
  const lines = new TextDecoder().decode(list).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return { bytes, characters: ["", ...lines, " "] };
}

/** What a network makes of each line: its text, and all outputs of the run by name. */
export async function readLines(
  network: Uint8Array<ArrayBuffer>,
  characters: readonly string[],
  lines: readonly LineImage[],
  threads?: number,
): Promise<{ text: string; outputs: Map<string, Float32Array> }[]> {
  const { ort, session } = await createSession(
    "recogniser",
    network,
    threads === undefined ? {} : { threads },
  );
  const read: { text: string; outputs: Map<string, Float32Array> }[] = [];
  for (const { width, values } of lines) {
    const x = new ort.Tensor("float32", values, [1, 3, HEIGHT, width]);
    const results = await session.run({ [session.inputNames[0]!]: x });
    const outputs = new Map<string, Float32Array>();
    for (const [name, { data }] of Object.entries(results)) outputs.set(name, data as Float32Array);
    const scores = outputs.get(session.outputNames[0]!)!;
    read.push({ text: spelled(scores, characters), outputs });
  }
  await session.release();
  return read;
}

/** The likeliest character of each step, repetitions and steps without a character left out. */
function spelled(scores: Float32Array, characters: readonly string[]): string {
  let text = "", last = 0;
  for (let at = 0; at < scores.length; at += characters.length) {
    let best = 0;
    for (let i = 1; i < characters.length; i++) if (scores[at + i]! > scores[at + best]!) best = i;
    if (best !== 0 && best !== last) text += characters[best];
    last = best;
  }
  return text;
}

/**
 * Characters to insert, remove or replace that turn one text into the other (Levenshtein's distance).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { characterErrors } from "offprint/papers/comet/networks/mod.ts";
 *
 * assertEquals(characterErrors("kitten", "sitting"), 3);
 * ```
 */
export function characterErrors(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
