import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  anonymousUnit,
  askedUnit,
  drawPrefixes,
  messagesOf,
  PREFIX_SHARE,
} from "offprint/papers/chipgptv/harness/mod.ts";
import { readUnits } from "offprint/papers/chipgptv/units/mod.ts";
import { runBench } from "offprint/verilog/simulate/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";

Deno.test("every unit has a diagram in words, prompts in two wordings, and thirty cuts", async () => {
  for (const unit of await readUnits()) {
    const asked = askedUnit(unit);
    assert(asked.prompts.medium.text !== asked.prompts.medium.withPicture, unit.name);
    const prefixes = drawPrefixes(asked.name, asked.reference, { count: 30, seed: 1 });
    assert(prefixes.every(({ tokens, total }) => tokens / total <= PREFIX_SHARE.most));
    if (unit.graph === undefined && unit.fsm === undefined) continue;
    assert(asked.diagram !== "" && asked.sentences.length > 2, unit.name);
  }
});

Deno.test("without names, no name is left, and the reference still passes its bench", async () => {
  await using yosys = new YosysPool({ processes: 1 });
  for (const unit of await readUnits(["macpe", "fsm"])) {
    const hidden = anonymousUnit(unit);
    const { diagram, sentences } = askedUnit(hidden);
    // In sentences names stand between backticks.
    const told = sentences.join().match(/`[^`]+`/g)!;
    const seen = [hidden.header, diagram, ...told].join();
    for (const name of [unit.top, ...Object.keys(unit.bench.inputs), ...unit.fsm?.states ?? []]) {
      assert(!new RegExp(`\\b${name}\\b`).test(seen), `${unit.name}: ${name}`);
      assert(!hidden.prompts.complex.text.includes(`\`${name}\``), `${unit.name}: ${name}`);
    }
    assert(hidden.prompts.simple.text.includes(hidden.header));
    const { passed, total } = await runBench(hidden.reference, hidden.bench, yosys);
    assertEquals(passed, total);
  }
});

Deno.test("an arm with a picture is refused in one line where there is none", async () => {
  const [unit] = await readUnits(["mux"]);
  const asked = { unit: askedUnit(unit!), level: "simple", task: "full" } as const;
  assertThrows(() => messagesOf({ ...asked, arm: "V+T" }), UserError, "got no picture");
  assertEquals(messagesOf({ ...asked, arm: "T" }).length, 1);
});
