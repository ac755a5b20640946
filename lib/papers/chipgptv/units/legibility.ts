/**
 * Whether the labels of the units' pictures can be read: published networks read every PNG, as it is and at a phone's width.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { readText } from "offprint/files.ts";
import { sha256 } from "offprint/lm/corpora/mod.ts";
import { labelsFound, type TextReader } from "offprint/ocr/mod.ts";
import { pngOf, shownTexts } from "offprint/verilog/pictures/mod.ts";
import { PICTURE_KINDS, type PictureKind } from "./unit.ts";
import type { UnitPicture } from "./unit_pictures.ts";

/** Where the results lie. */
export const LEGIBILITY_FILE = new URL(
  "../../../../data/results/06-legibility.json",
  import.meta.url,
);

/** Width of a phone's page in units of a page, and a usual phone's pixels for each of them. */
export const PHONE = { width: 360, pixels: 3 } as const;

/** The scale at which PNGs are made. */
const SCALE = 2;

const found = z.strictObject({
  labels: z.int().positive(),
  found: z.int().nonnegative(),
  missing: z.array(z.string()),
});
const rowSchema = z.strictObject({
  unit: z.string(),
  kind: z.enum(PICTURE_KINDS),
  /** Of the labels, one a line. */
  sha256: z.string(),
  full: found,
  /** Made so narrow that the whole picture fits the page of a phone. */
  phone: found,
  /** Pixels across, as it is and on the phone. */
  widths: z.tuple([z.int(), z.int()]),
});
const fileSchema = z.strictObject({ format: z.literal(1), rows: z.array(rowSchema) });

/** A picture that was read. */
export type LegibilityRow = z.infer<typeof rowSchema>;

/** The labels of a drawing: its texts that hold a letter, so that widths and values without one are left out. */
export async function labelsOf(svg: string): Promise<string[]> {
  return (await shownTexts(svg)).filter((text) => /[a-z]/i.test(text));
}

/** The hash of a picture's labels. */
export function hashOfLabels(labels: readonly string[]): Promise<string> {
  return sha256(new TextEncoder().encode(labels.toSorted().join("\n")));
}

/** Has a picture read in both sizes. */
export async function readPicture(
  unit: string,
  { kind, svg }: UnitPicture,
  reader: TextReader,
): Promise<LegibilityRow> {
  const labels = await labelsOf(svg);
  const png = await pngOf(svg, SCALE);
  const scale = Math.min(PHONE.pixels, PHONE.width * PHONE.pixels * SCALE / png.width);
  const small = await pngOf(svg, scale);
  const read = async (picture: typeof png) =>
    labelsFound(labels, (await reader.read(picture)).map(({ text }) => text));
  return {
    unit,
    kind,
    sha256: await hashOfLabels(labels),
    full: await read(png),
    phone: await read(small),
    widths: [png.width, small.width],
  };
}

/** The text of the file: a line a picture. */
export function legibilityText(rows: readonly LegibilityRow[]): string {
  return `{"format":1,"rows":[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}\n`;
}

/**
 * The committed results.
 *
 * @throws {UserError} when the file is missing or does not have the form.
 */
export async function readLegibility(file: URL = LEGIBILITY_FILE): Promise<LegibilityRow[]> {
  return checkedJson(fileSchema, await readText(file), {
    what: "06-legibility.json",
    expected: "what was read in each picture",
    todo: "Make it with deno task measure-units labels.",
  }).rows;
}

/** The pictures of a kind. */
export interface LegibilityOfKind {
  kind: PictureKind;
  pictures: number;
  labels: number;
  /** Share of labels that were found, in the pictures as they are and at a phone's width. */
  full: number;
  phone: number;
}

/** Shares of labels found, all pictures of a kind together. */
export function legibilityByKind(rows: readonly LegibilityRow[]): LegibilityOfKind[] {
  return [...Map.groupBy(rows, ({ kind }) => kind)].map(([kind, some]) => {
    const sum = (of: (row: LegibilityRow) => number) =>
      some.reduce((total, row) => total + of(row), 0);
    const labels = sum(({ full }) => full.labels);
    return {
      kind,
      pictures: some.length,
      labels,
      full: sum(({ full }) => full.found) / labels,
      phone: sum(({ phone }) => phone.found) / labels,
    };
  });
}
