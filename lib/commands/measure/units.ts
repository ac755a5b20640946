/**
 * `deno task measure-units`: the runs behind `data/results/06-bench-audit.json`.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "offprint/command_line.ts";
import { UserError } from "offprint/errors.ts";
import { exists, readText, writeWhole } from "offprint/files.ts";
import { keepOnce } from "offprint/kept_work.ts";
import {
  AUDIT_FILE,
  type AuditRow,
  auditText,
  auditUnit,
  hashOfUnit,
  readUnits,
  UNIT_NAMES,
} from "offprint/papers/chipgptv/units/mod.ts";
import { findIcarus, YosysPool } from "offprint/verilog/tools/mod.ts";
import type { Command } from "../../kit/command.ts";

const USAGE = `deno task measure-units audit [--out FOLDER] [--collect]

Runs the reference, a stub and five mutants of each of paper 06's units through its bench (experiment E9). What is made of
each unit is kept in a file of its own: stop it whenever you like, and start it several times to share the work.

  --out FOLDER   where the pieces are kept (default out/06-units)
  --collect      put the pieces together into data/results
  --help         this text

Examples
  deno task measure-units audit
  deno task measure-units audit --collect`;

/** The command. */
export const command: Command = {
  name: "measure-units",
  summary: "audit the benches of paper 06's units",
  usage: USAGE,
  run,
};

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parse("measure-units", args, {
    out: { type: "string" },
    collect: { type: "boolean" },
  }, true);
  if (positionals.length !== 1 || positionals[0] !== "audit") {
    throw new UserError({
      what: "measure-units",
      got: positionals.join(" ") || undefined,
      expected: "one step: audit",
    });
  }
  const folder = pathToFileURL(`${resolve((values["out"] as string) ?? "out/06-units")}/`);
  if (values["collect"] === true) await collect(folder);
  else await measure(folder);
  return 0;
}

async function measure(folder: URL): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await using yosys = new YosysPool({ timeMs: 10_000 });
  const icarus = await findIcarus();
  for (const unit of await readUnits()) {
    await keepOnce(folder, `audit_${unit.name}.json`, async (): Promise<AuditRow> => ({
      ...await auditUnit(unit, { yosys, icarus }),
      sha256: await hashOfUnit(unit),
    }));
  }
}

async function collect(folder: URL): Promise<void> {
  const rows: AuditRow[] = [];
  for (const name of UNIT_NAMES) {
    const piece = new URL(`audit_${name}.json`, folder);
    if (await exists(piece)) rows.push(JSON.parse(await readText(piece)));
    else {
      throw new UserError({
        what: "measure-units audit --collect",
        got: `no piece for ${name}`,
        expected: `a piece for each of ${UNIT_NAMES.length} units`,
        todo: "Run deno task measure-units audit to the end first.",
      });
    }
  }
  await writeWhole(AUDIT_FILE, auditText(rows));
  console.error(`${rows.length} units collected`);
}
