import { assert, assertEquals } from "@std/assert";
import { anonymousUnit } from "offprint/papers/chipgptv/harness/mod.ts";
import {
  picturesOf,
  promptPicture,
  readUnit,
  readUnits,
} from "offprint/papers/chipgptv/units/mod.ts";
import { pngOf, shownTexts } from "offprint/verilog/pictures/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";

Deno.test("every unit has a picture of each of its kinds that shows its ports", async () => {
  await using yosys = new YosysPool();
  const units = await readUnits(["pulse_detect", "mux", "edge_detect"]);
  for (const unit of units) {
    const pictures = await picturesOf(unit, yosys);
    assertEquals(pictures.map(({ kind }) => kind), unit.pictures);
    for (const { kind, svg } of pictures) {
      const clocks = Object.values(unit.clocking ?? {});
      const ports = [...Object.keys(unit.bench.inputs), ...Object.keys(unit.bench.outputs)];
      // Clock and reset are not drawn in a state diagram.
      for (const port of kind === "fsm" ? ports.filter((name) => !clocks.includes(name)) : ports) {
        assert(svg.includes(port), `${unit.name} ${kind} lacks ${port}`);
      }
      assert((await pngOf(svg, 1)).dark > 0.005, `${unit.name} ${kind}`);
    }
  }
});

Deno.test("a unit without its names is drawn without them, and the prompt's picture is the first one", async () => {
  await using yosys = new YosysPool();
  const unit = await readUnit("edge_detect");
  const names = Object.keys({ ...unit.bench.inputs, ...unit.bench.outputs });
  const hidden = anonymousUnit(unit);
  const [block] = await picturesOf(hidden, yosys);
  const words = new Set(await shownTexts(block!.svg));
  assertEquals(names.filter((name) => words.has(name)), []);
  assert([...Object.keys(hidden.bench.outputs)].every((name) => words.has(name)));
  assertEquals(await promptPicture(hidden, yosys), (await pngOf(block!.svg)).bytes);
});
