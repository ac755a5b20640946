/** A report that was interrupted and then damaged: one line names the file and the row. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import { ReportFile } from "offprint/preference/entanglement/report_file.ts";

const KEY = { model: "m", pairs: "p" };

Deno.test("rows are kept, half a row is left out, and a damaged one is told with its line", async () => {
  const folder = await Deno.makeTempDir();
  const file = pathToFileURL(`${folder}/rows.jsonl`);
  try {
    await ReportFile.open(file, KEY, 1);
    await Deno.writeTextFile(file, '{"pair":"a","low":"-Infinity"}\n{"pai', { append: true });
    const { rows } = await ReportFile.open(file, KEY, 1);
    assertEquals(rows as unknown, [{ pair: "a", low: -Infinity }]);
    await Deno.writeTextFile(file, '{"pair":\u0000}\n', { append: true });
    const { message } = await assertRejects(() => ReportFile.open(file, KEY, 1), UserError);
    assertMatch(message, /rows\.jsonl, line 3: got .*expected a row of the report/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
