/** `deno task entangle` on the committed pairs and a committed model, and what each wrong argument says. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { UserError } from "offprint/errors.ts";
import { command } from "offprint/commands/entangle.ts";

const PAIRS = fileURLToPath(new URL("../../data/pairs/summaries.jsonl", import.meta.url));
const root = await Deno.makeTempDir();
const base = ["sotu-draft", "--pairs", PAIRS];

Deno.test("a report is written, goes on where it stopped, and is refused for other options", async () => {
  const out = ["--out", `${root}/report`, "--loss", "dpo,cpo"];
  assertEquals(await command.run([...base, ...out]), 0);
  const csv = await Deno.readTextFile(`${root}/report/report.csv`);
  const rows = csv.trimEnd().split("\n");
  assertEquals(rows.length, 1 + 6 * 2);
  assert(rows[0]!.startsWith("step,pair,method,chosen,rejected,chosenReference"));
  const page = await Deno.readTextFile(`${root}/report/report.html`);
  assert(page.includes("summary-6") && page.includes("<figure"));

  // Stopped in the middle of the fourth pair's second row: the whole pair is done anew.
  const lines = (await Deno.readTextFile(`${root}/report/rows.jsonl`)).split("\n");
  await Deno.writeTextFile(
    `${root}/report/rows.jsonl`,
    lines.slice(0, 8).join("\n") + `\n${lines[8]!.slice(0, 40)}`,
  );
  assertEquals(await command.run([...base, ...out]), 0);
  assertEquals(await Deno.readTextFile(`${root}/report/report.csv`), csv);

  await assertRejects(
    () => command.run([...base, "--out", `${root}/report`, "--loss", "dpo"]),
    UserError,
    "a report of another model, other pairs or other options",
  );
});

Deno.test("wrong arguments cost one clear line", async () => {
  const refused = (args: string[], message: string) =>
    assertRejects(() => command.run(args), UserError, message);
  await refused([], "expected one model and --pairs FILE");
  await refused(["sotu-draft"], "expected one model and --pairs FILE");
  await refused([...base, "--loss", "ppo"], 'loss: got "ppo"');
  await refused([...base, "--subset", "layer 9"], '--subset: got "layer 9"');
  await refused([...base, "--step-size", "-1"], "--step-size");
  await refused([...base, "--limit", "0"], "--limit");
  await refused([...base, "--truncate", "cut"], "expected error, drop or keep");
  await refused(["nothing", "--pairs", PAIRS], "model: got");
  await refused(["sotu-draft", "--pairs", `${root}/none.jsonl`], "got no such file");
});
