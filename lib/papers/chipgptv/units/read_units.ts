/**
 * Reads the benchmark's units from `data/problems/06`: a folder each, with `unit.json`, `reference.v`, and the canonical
 * text of what the diagram shows in `graph.txt` or `machine.txt`.
 *
 * @module
 */
import { checkedJson } from "offprint/checked_json.ts";
import { readText } from "offprint/files.ts";
import { UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";
import { parseFsm, parseGraph } from "offprint/verilog/diagrams/mod.ts";
import { headerOf } from "offprint/verilog/problems/mod.ts";
import { z } from "zod";
import { ADVANCED } from "./advanced.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { LOGIC } from "./logic.ts";
import { unitBench, type UnitModel } from "./model.ts";
import { promptsOf } from "./prompts.ts";
import { PICTURE_KINDS, type Unit, UNIT_LEVELS, type UnitLevel } from "./unit.ts";

/** Models by level and name. */
const UNIT_MODELS: Readonly<Record<UnitLevel, Readonly<Record<string, UnitModel>>>> = {
  arithmetic: ARITHMETIC,
  logic: LOGIC,
  advanced: ADVANCED,
};

/** Names of all 33 units in the order of the paper's levels. */
export const UNIT_NAMES: readonly string[] = UNIT_LEVELS.flatMap((level) =>
  Object.keys(UNIT_MODELS[level])
);

/** Where the units lie. */
const UNITS_FOLDER = new URL("../../../../data/problems/06/", import.meta.url);

/** Seed of the random inputs of all benches. */
const BENCH_SEED = 6;

const unitSchema = z.strictObject({
  name: z.string(),
  level: z.enum(["arithmetic", "logic", "advanced"]),
  top: z.string().regex(/^[A-Za-z_]\w*$/),
  pictures: z.array(z.enum(PICTURE_KINDS)).min(1),
  purpose: z.string(),
  core: z.string(),
  detail: z.array(z.string()),
  modules: z.record(z.string(), z.string()),
});

/** All units, or those named; in the order of {@linkcode UNIT_NAMES}. */
export async function readUnits(
  names: readonly string[] = UNIT_NAMES,
  folder: URL = UNITS_FOLDER,
): Promise<Unit[]> {
  return await Promise.all(names.map((name) => readUnit(name, folder)));
}

/**
 * One unit.
 *
 * @throws {UserError} for an unknown name, a file that is missing or does not have the form, and a reference without the module.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readUnit } from "offprint/papers/chipgptv/units/mod.ts";
 *
 * const unit = await readUnit("macpe");
 * assertEquals(unit.graph?.nodes.map(({ type }) => type), ["add16", "mul8", "reg16"]);
 * ```
 */
export async function readUnit(name: string, folder: URL = UNITS_FOLDER): Promise<Unit> {
  const model = UNIT_LEVELS.map((level) => UNIT_MODELS[level][name]).find(Boolean);
  if (model === undefined) {
    throw new UserError({ what: "unit", got: name, expected: `one of ${UNIT_NAMES.join(", ")}` });
  }
  const file = (path: string) => new URL(`${name}/${path}`, folder);
  const unit = checkedJson(unitSchema, await readText(file("unit.json")), {
    what: `${name}/unit.json`,
    expected: "a unit of the benchmark",
  });
  const reference = await readText(file("reference.v"));
  const { level, top, pictures, modules: functions } = unit;
  const header = headerOf(reference.slice(Math.max(0, reference.search(moduleStart(top)))));
  if (!moduleStart(top).test(header)) {
    throw new UserError({
      what: `${name}/reference.v`,
      got: header,
      expected: `a module ${top}`,
      todo: "Give the module's name as top in unit.json.",
    });
  }
  const has = (...kinds: string[]) => pictures.some((kind) => kinds.includes(kind));
  return {
    name,
    level,
    top,
    prompts: promptsOf({ ...unit, functions, header }, pictures[0]!),
    functions,
    header,
    reference,
    ...(model.clocking === undefined ? {} : { clocking: model.clocking }),
    bench: unitBench(top, model, stream(BENCH_SEED, "bench", name)),
    pictures,
    ...(has("block", "schematic") ? { graph: parseGraph(await readText(file("graph.txt"))) } : {}),
    ...(has("fsm") ? { fsm: parseFsm(await readText(file("machine.txt"))) } : {}),
  };
}

function moduleStart(top: string): RegExp {
  return new RegExp(`\\bmodule\\s+${top}\\b`);
}
