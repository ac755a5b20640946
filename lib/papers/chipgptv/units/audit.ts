/**
 * What each unit's bench is worth. A bench that passes what is wrong, or fails what is right, measures
 * nothing, and 11 of the paper's released references fail their own.
 *
 * @module
 */
import { mutate, type MutationRule } from "offprint/verilog/mutants/mod.ts";
import { constantModule } from "offprint/verilog/problems/mod.ts";
import { runBench, runInIcarus } from "offprint/verilog/simulate/mod.ts";
import { compareModules, type Icarus, type YosysPool } from "offprint/verilog/tools/mod.ts";
import { exchangesOf } from "./exchanges.ts";
import type { Unit } from "./unit.ts";

/** Mutants of each reference, and how many of them must fail. */
export const MUTANTS = 5;
export const FAILING_MUTANTS = 4;

/** Seed of the mutants. */
const MUTANT_SEED = 9;

/** How the mutants are made: another operator, clock edge, constant or width; where that is not enough, exchanges. */
const MUTANT_RULES: readonly MutationRule[] = [
  ...["op.swap", "edge.swap", "const.off", "width.minus"] as const,
];

/** Mutants that are drawn at most, since some do not run and some are the same circuit. */
const MOST_DRAWN = 30;

/** A line of the audit's table. */
export interface UnitAudit {
  name: string;
  /** Comparisons that the reference passes, of all, in the embedded simulator and in Icarus where it is installed. */
  embedded: string;
  icarus?: string;
  referencePasses: boolean;
  /** A module whose outputs are all 0 fails. */
  stubFails: boolean;
  /** Mutants that fail, and how many there were: {@linkcode MUTANTS} where the reference has so many. */
  mutantsFailing: number;
  mutantsCounted: number;
  /** The rules of the mutants that pass. */
  survivors: string[];
  /** All of it as it should be: the unit may be used. */
  sound: boolean;
}

/** Simulators; Icarus runs the references a second time. */
export interface AuditTools {
  yosys: YosysPool;
  icarus?: Icarus | undefined;
}

/** Runs a unit's reference, a stub and five mutants through its bench. */
export async function auditUnit(unit: Unit, { yosys, icarus }: AuditTools): Promise<UnitAudit> {
  const passes = async (text: string) => {
    const { passed, total } = await runBench(text, unit.bench, yosys);
    return passed === total;
  };
  const embedded = await runBench(unit.reference, unit.bench, yosys);
  const second = icarus && await runInIcarus(unit.reference, unit.bench, icarus);
  const referencePasses = [embedded, second].every((outcome) =>
    outcome === undefined || outcome.passed === outcome.total
  );
  const stub = constantModule(`${unit.header}\nendmodule\n`, "0");
  const stubFails = stub !== undefined && !await passes(stub);
  const survivors = await survivorsOf(unit, yosys);
  const mutantsFailing = survivors.counted - survivors.rules.length;
  const share = ({ passed, total, refused }: typeof embedded) =>
    refused === undefined ? `${passed}/${total}` : refused;
  return {
    name: unit.name,
    embedded: share(embedded),
    ...(second === undefined ? {} : { icarus: share(second) }),
    referencePasses,
    stubFails,
    mutantsFailing,
    mutantsCounted: survivors.counted,
    survivors: survivors.rules,
    sound: referencePasses && stubFails && mutantsFailing >= FAILING_MUTANTS,
  };
}

/**
 * The mutants that pass. A mutant that no simulator runs shows nothing about the bench, and one that is proved to be the
 * same circuit is none; the next is drawn in their place.
 */
async function survivorsOf(
  { reference, top, bench, clocking }: Unit,
  yosys: YosysPool,
): Promise<{ counted: number; rules: string[] }> {
  const rules: string[] = [];
  let counted = 0;
  const drawn = await mutate(reference, {
    seed: MUTANT_SEED,
    count: MOST_DRAWN,
    rules: MUTANT_RULES,
  });
  for (const { text, rule } of [...drawn, ...exchangesOf(reference, MUTANT_SEED)]) {
    const { passed, total, refused } = await runBench(text, bench, yosys);
    if (refused !== undefined) continue;
    if (passed === total) {
      const { verdict } = await compareModules(yosys, {
        gold: reference,
        gate: text,
        goldTop: top,
        gateTop: top,
        ...(clocking === undefined
          ? {}
          : { reset: { port: clocking.reset, active: clocking.active } }),
      });
      if (verdict === "equal") continue;
      rules.push(rule);
    }
    if (++counted === MUTANTS) break;
  }
  return { counted, rules };
}

/** The units that may be used, and those that are left out with the reason. */
export async function soundUnits(
  units: readonly Unit[],
  tools: AuditTools,
): Promise<{ units: Unit[]; leftOut: { name: string; reason: string }[]; audits: UnitAudit[] }> {
  const audits = await Promise.all(units.map((unit) => auditUnit(unit, tools)));
  const reasonOf = (audit: UnitAudit) =>
    !audit.referencePasses
      ? `its reference passes ${audit.embedded} of its own bench${
        audit.icarus === undefined ? "" : ` (in Icarus ${audit.icarus})`
      }`
      : !audit.stubFails
      ? "its bench passes a module whose outputs are always 0"
      : `its bench passes ${audit.survivors.length} of ${MUTANTS} mutants`;
  return {
    units: units.filter((_, at) => audits[at]!.sound),
    leftOut: audits.filter(({ sound }) => !sound).map((audit) => ({
      name: audit.name,
      reason: reasonOf(audit),
    })),
    audits,
  };
}
