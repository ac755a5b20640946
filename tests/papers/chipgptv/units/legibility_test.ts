import { assert, assertEquals } from "@std/assert";
import {
  hashOfLabels,
  labelsOf,
  legibilityByKind,
  legibilityText,
  PHONE,
  readLegibility,
  readPicture,
  readUnit,
  UNIT_NAMES,
} from "offprint/papers/chipgptv/units/mod.ts";
import { drawStateDiagram } from "offprint/verilog/pictures/mod.ts";

const rows = await readLegibility();

Deno.test("all pictures of all units were read, and what was found and what is missing add up", () => {
  assertEquals([...new Set(rows.map(({ unit }) => unit))], [...UNIT_NAMES]);
  for (const { unit, full, phone, widths } of rows) {
    assertEquals(full.labels, phone.labels);
    for (const { labels, found, missing } of [full, phone]) {
      assertEquals(found + missing.length, labels, unit);
    }
    // A narrow picture is drawn at most 1.5 times as large as at full size.
    assert(widths[1] <= Math.max(PHONE.width * PHONE.pixels, 1.5 * widths[0]) + 1, unit);
  }
  const kinds = legibilityByKind(rows);
  assertEquals(kinds.reduce((sum, { pictures }) => sum + pictures, 0), rows.length);
});

Deno.test("the results are about the pictures as they are drawn now", async () => {
  for (const name of ["fsm", "5state_fsm", "pulse_detect"]) {
    const unit = await readUnit(name);
    const labels = await labelsOf(await drawStateDiagram(unit.fsm!));
    const row = rows.find((each) => each.unit === name && each.kind === "fsm")!;
    assertEquals([await hashOfLabels(labels), labels.length], [row.sha256, row.full.labels]);
  }
});

Deno.test("a picture is read in both sizes", async () => {
  const { fsm } = await readUnit("2state_fsm");
  const svg = await drawStateDiagram(fsm!);
  const widths: number[] = [];
  const labels = await labelsOf(svg);
  // Reads everything in the wide picture, and nothing in the narrow one.
  const reader = {
    read: ({ width }: { width: number }) => {
      widths.push(width);
      const texts = widths.length === 1 ? labels : [];
      return Promise.resolve(texts.map((text) => ({
        box: { left: 0, top: 0, right: 1, bottom: 1 },
        text,
      })));
    },
    close: () => Promise.resolve(),
  };
  const row = await readPicture("2state_fsm", { kind: "fsm", svg, shows: fsm }, reader);
  assertEquals([row.full.found, row.phone.found], [labels.length, 0]);
  assertEquals(row.phone.missing, labels);
  assertEquals(row.widths, [widths[0]!, widths[1]!]);
  assert(legibilityText([row]).endsWith("]}\n"));
});
