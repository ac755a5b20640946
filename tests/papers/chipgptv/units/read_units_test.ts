import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  PICTURE_SENTENCES,
  PROMPT_LEVELS,
  readUnit,
  readUnits,
  UNIT_NAMES,
} from "offprint/papers/chipgptv/units/mod.ts";
import { extractFsm, extractGraph, printFsm, printGraph } from "offprint/verilog/diagrams/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";

const UPDATE = Deno.env.get("OFFPRINT_UPDATE_SNAPSHOTS") === "1";

Deno.test("33 units: 11 arithmetic, 10 logic, 12 advanced", async () => {
  const units = await readUnits();
  assertEquals(units.length, 33);
  const of = (level: string) => units.filter((unit) => unit.level === level).length;
  assertEquals([of("arithmetic"), of("logic"), of("advanced")], [11, 10, 12]);
  assertEquals(new Set(units.map(({ name }) => name)).size, 33);
});

Deno.test("both wordings differ in the declared sentences alone", async () => {
  for (const unit of await readUnits()) {
    const declared = new Set<string>([
      ...Object.values(PICTURE_SENTENCES),
      "The picture gives the structure, the text gives the function; names in the text are those in the picture.",
    ]);
    for (const level of PROMPT_LEVELS) {
      const { text, withPicture } = unit.prompts[level];
      let without = withPicture;
      for (const sentence of declared) {
        without = without.replace(` ${sentence}`, "").replace(`${sentence}\n`, "");
      }
      // Removing the sentence at the end of a line removes its line break too.
      assertEquals(
        without.replaceAll("\n", ""),
        text.replaceAll("\n", ""),
        `${unit.name} ${level}`,
      );
      assert(withPicture !== text);
      assert(text.includes(unit.header));
    }
    const lengths = PROMPT_LEVELS.map((level) => unit.prompts[level].text.length);
    assert(lengths[0]! < lengths[1]! && lengths[1]! < lengths[2]!);
  }
});

Deno.test("what the diagrams show is what Yosys reads in the references", async () => {
  await using yosys = new YosysPool();
  for (const name of UNIT_NAMES) {
    const folder = new URL(`../../../../data/problems/06/${name}/`, import.meta.url);
    const { top, pictures } = JSON.parse(await Deno.readTextFile(new URL("unit.json", folder)));
    const reference = await Deno.readTextFile(new URL("reference.v", folder));
    const texts: Record<string, string> = {};
    if (pictures.includes("block")) {
      texts["graph.txt"] = printGraph(await extractGraph(reference, top, yosys));
    } else if (pictures.includes("schematic")) {
      texts["graph.txt"] = printGraph(await extractGraph(reference, top, yosys, "cells"));
    }
    if (pictures.includes("fsm")) {
      texts["machine.txt"] = printFsm((await extractFsm(reference, top, yosys)).fsm);
    }
    for (const [file, text] of Object.entries(texts)) {
      if (UPDATE) await Deno.writeTextFile(new URL(file, folder), text);
      assertEquals(await Deno.readTextFile(new URL(file, folder)), text, `${name}/${file}`);
    }
  }
});

Deno.test("the functions in the prompts are those of the blocks in the diagram", async () => {
  for (const { name, functions, graph, pictures } of await readUnits()) {
    if (!pictures.includes("block")) continue;
    const types = new Set(graph!.nodes.map(({ type }) => type.replace(/#.*/, "")));
    assertEquals(Object.keys(functions).sort(), [...types].sort(), name);
  }
});

Deno.test("an unknown unit, a field too many, and a file of another module are said so", async () => {
  const unknown = await assertRejects(() => readUnit("adder"), UserError);
  assert(unknown.message.startsWith('unit: got "adder", expected one of accu, adder_8bit'));
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/macpe`);
    const unit = JSON.parse(
      await Deno.readTextFile(
        new URL("../../../../data/problems/06/macpe/unit.json", import.meta.url),
      ),
    );
    const at = new URL(`file://${folder}/`);
    await Deno.writeTextFile(`${folder}/macpe/unit.json`, JSON.stringify({ ...unit, seed: 1 }));
    await Deno.writeTextFile(`${folder}/macpe/reference.v`, "module other(input a); endmodule\n");
    const field = await assertRejects(() => readUnit("macpe", at), UserError);
    assert(field.message.startsWith("macpe/unit.json: got"), field.message);
    await Deno.writeTextFile(`${folder}/macpe/unit.json`, JSON.stringify(unit));
    const module = await assertRejects(() => readUnit("macpe", at), UserError);
    assert(/^macpe\/reference.v: got .*, expected a module macpe/.test(module.message));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
