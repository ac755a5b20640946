/**
 * `deno task measure-units`: the pictures of paper 06's units, and the runs behind `data/results/06-bench-audit.json` and
 * `data/results/06-legibility.json`.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "offprint/command_line.ts";
import { Described, UserError } from "offprint/errors.ts";
import { exists, writeWhole } from "offprint/files.ts";
import { keepOnce, readKept } from "offprint/kept_work.ts";
import { openTextReader } from "offprint/ocr/mod.ts";
import {
  AUDIT_FILE,
  type AuditRow,
  auditText,
  auditUnit,
  hashOfUnit,
  LEGIBILITY_FILE,
  type LegibilityRow,
  legibilityText,
  picturesOf,
  readPicture,
  readUnits,
  UNIT_NAMES,
} from "offprint/papers/chipgptv/units/mod.ts";
import { ProgressLine } from "offprint/terminal.ts";
import { pngOf } from "offprint/verilog/pictures/mod.ts";
import { findIcarus, YosysPool } from "offprint/verilog/tools/mod.ts";
import type { Command } from "../../kit/command.ts";

const USAGE = `deno task measure-units STEP [--unit NAME]... [--out FOLDER] [--collect]

Works on the units of paper 06.

  audit          run the reference, a stub and five mutants of each unit through its bench. What is made of
                 each unit is kept in a file of its own: stop it whenever you like, and start it several times to share the work
  pictures       draw all units: UNIT.png is the picture that a prompt shows, the others are UNIT.KIND.png; beside each
                 lie its SVG and, as JSON, what it shows
  labels         have published networks read all pictures, as they are and at a phone's width; they are fetched (15 MB)
  --unit NAME    draw this unit only; several of them with several --unit (pictures)
  --out FOLDER   where the pieces or pictures are kept (default out/06-units)
  --collect      put the pieces of the audit or of the labels together into data/results
  --help         this text

Examples
  deno task measure-units audit
  deno task measure-units audit --collect
  deno task measure-units pictures --out out/06-pictures
  deno task measure-units pictures --unit macpe --unit fsm
  deno task measure-units labels && deno task measure-units labels --collect`;

/** The command. */
export const command: Command = {
  name: "measure-units",
  summary: "draw the units of paper 06, audit their benches, have their labels read",
  usage: USAGE,
  run,
};

const STEPS = ["audit", "pictures", "labels"] as const;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parse("measure-units", args, {
    out: { type: "string" },
    unit: { type: "string", multiple: true },
    collect: { type: "boolean" },
  }, true);
  const [step] = positionals;
  if (positionals.length !== 1 || !STEPS.some((name) => name === step)) {
    throw new UserError({
      what: "measure-units",
      got: positionals.join(" ") || undefined,
      expected: `one step: ${STEPS.join(", ")}`,
    });
  }
  const names = values["unit"] as string[] | undefined;
  if (names !== undefined && step !== "pictures") {
    throw new UserError({
      what: `measure-units ${step}`,
      got: new Described("--unit"),
      expected: "it with the step pictures only",
      todo: "Leave --unit out: the other steps keep a piece of each unit and need them all.",
    });
  }
  const folder = pathToFileURL(`${resolve((values["out"] as string) ?? "out/06-units")}/`);
  const collected = values["collect"] === true;
  if (step === "pictures") await draw(folder, new Set(names ?? UNIT_NAMES));
  else if (step === "labels") await (collected ? collectLabels(folder) : readLabels(folder));
  else await (collected ? collect(folder) : measure(folder));
  return 0;
}

async function measure(folder: URL): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await using yosys = new YosysPool({ timeMs: 5_000 });
  const icarus = await findIcarus();
  for (const unit of await readUnits()) {
    await keepOnce(folder, `audit_${unit.name}.json`, async (): Promise<AuditRow> => ({
      ...await auditUnit(unit, { yosys, icarus }),
      sha256: await hashOfUnit(unit),
    }));
  }
}

async function draw(folder: URL, names: ReadonlySet<string>): Promise<void> {
  // A name that is none costs one line, before anything is started.
  const units = await readUnits([...names]);
  const total = units.reduce((sum, { pictures }) => sum + pictures.length, 0);
  await using yosys = new YosysPool();
  const line = new ProgressLine();
  let count = 0;
  for (const unit of units) {
    line.show(`${count} of ${total} pictures, drawing ${unit.name}`);
    for (const [at, { kind, svg, shows }] of (await picturesOf(unit, yosys)).entries()) {
      const name = at === 0 ? unit.name : `${unit.name}.${kind}`;
      await writeWhole(new URL(`${name}.png`, folder), (await pngOf(svg)).bytes);
      await writeWhole(new URL(`${name}.svg`, folder), svg);
      await writeWhole(new URL(`${name}.json`, folder), JSON.stringify(shows, null, 2) + "\n");
      count++;
    }
  }
  line.note(`${count} ${count === 1 ? "picture" : "pictures"} in ${fileURLToPath(folder)}`);
}

async function readLabels(folder: URL): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await using yosys = new YosysPool();
  const reader = await openTextReader(new URL("packages/", folder));
  for (const unit of await readUnits()) {
    await keepOnce(folder, `labels_${unit.name}.json`, async (): Promise<LegibilityRow[]> => {
      const rows: LegibilityRow[] = [];
      for (const picture of await picturesOf(unit, yosys)) {
        rows.push(await readPicture(unit.name, picture, reader));
      }
      return rows;
    });
  }
  await reader.close();
}

async function collect(folder: URL): Promise<void> {
  const rows = await pieces<AuditRow>(folder, "audit");
  await writeWhole(AUDIT_FILE, auditText(rows));
  console.error(`${rows.length} units collected`);
}

async function collectLabels(folder: URL): Promise<void> {
  const rows = (await pieces<LegibilityRow[]>(folder, "labels")).flat();
  await writeWhole(LEGIBILITY_FILE, legibilityText(rows));
  console.error(`${rows.length} pictures collected`);
}

/** What was kept of each unit. */
async function pieces<T>(folder: URL, step: "audit" | "labels"): Promise<T[]> {
  const kept: T[] = [];
  for (const name of UNIT_NAMES) {
    const piece = new URL(`${step}_${name}.json`, folder);
    if (await exists(piece)) kept.push(await readKept<T>(piece));
    else {
      throw new UserError({
        what: `measure-units ${step} --collect`,
        got: `no piece for ${name}`,
        expected: `a piece for each of ${UNIT_NAMES.length} units`,
        todo: `Run deno task measure-units ${step} to the end first.`,
      });
    }
  }
  return kept;
}
