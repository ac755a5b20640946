import { assert, assertEquals } from "@std/assert";
import {
  auditUnit,
  FAILING_MUTANTS,
  hashOfUnit,
  MUTANTS,
  readAudit,
  readUnit,
  readUnits,
  soundUnits,
  UNIT_NAMES,
} from "offprint/papers/chipgptv/units/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";

Deno.test("the committed table of the audit is about the committed references and benches", async () => {
  const rows = await readAudit();
  assertEquals(rows.map(({ name }) => name), [...UNIT_NAMES]);
  for (const unit of await readUnits()) {
    const row = rows.find(({ name }) => name === unit.name)!;
    assertEquals(row.sha256, await hashOfUnit(unit), unit.name);
    assertEquals(row.embedded, row.icarus, unit.name);
    assert(row.referencePasses && row.stubFails, unit.name);
    assertEquals(row.sound, row.mutantsFailing >= FAILING_MUTANTS);
    // Two machines have but four mutants that run and differ.
    assert(row.mutantsCounted >= FAILING_MUTANTS && row.mutantsCounted <= MUTANTS, unit.name);
  }
});

Deno.test("the audit again for one unit; a unit whose reference fails its bench is left out and listed", async () => {
  await using yosys = new YosysPool();
  const unit = await readUnit("mux");
  const { icarus: _, sha256: __, ...row } = (await readAudit()).find(({ name }) => name === "mux")!;
  assertEquals(await auditUnit(unit, { yosys }), row);
  const wrong = { ...unit, reference: unit.reference.replace("s ? b : a", "s ? a : b") };
  const { units, leftOut } = await soundUnits([wrong], { yosys });
  assertEquals(units, []);
  assert(/^its reference passes \d+\/64 of its own bench$/.test(leftOut[0]!.reason));
});
