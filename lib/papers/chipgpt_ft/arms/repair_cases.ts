/**
 * Broken designs that every tool rejects (syntax and elaboration errors), with what Yosys says about them: material of
 * the repair arms and their problems.
 *
 * @module
 */
import { type Instance, INSTRUCTIONS } from "offprint/verilog/records/mod.ts";
import { classify, type Mutant, mutate } from "offprint/verilog/mutants/mod.ts";
import { diagnosticText, type YosysPool } from "offprint/verilog/tools/mod.ts";
import type { DescribedDesign } from "./held_out.ts";

/** A broken design. */
export interface RepairCase {
  design: DescribedDesign;
  mutant: Mutant;
  /** Normalised messages of the tool. */
  report: string;
}

/** How many mutants, and who judges them. */
export interface RepairOptions {
  seed: number;
  perDesign: number;
  yosys: YosysPool;
}

/** Designs judged at the same time: enough to keep two tool processes busy. */
const TOGETHER = 8;

/**
 * Mutants with a syntax or an elaboration error that the embedded tools confirm and report, in the order of the designs.
 * Icarus is left out, so that the cases are the same on every machine.
 */
export async function* repairCases(
  designs: readonly DescribedDesign[],
  options: RepairOptions,
): AsyncGenerator<RepairCase> {
  for (let at = 0; at < designs.length; at += TOGETHER) {
    const groups = await Promise.all(
      designs.slice(at, at + TOGETHER).map((design) => casesOf(design, options)),
    );
    yield* groups.flat();
  }
}

async function casesOf(
  design: DescribedDesign,
  { seed, perDesign, yosys }: RepairOptions,
): Promise<RepairCase[]> {
  const mutants = await mutate(design.text, {
    seed,
    count: perDesign,
    classes: ["syntax", "elaboration"],
  });
  const judged = await Promise.all(
    mutants.map((mutant) => classify(design.text, mutant, { yosys })),
  );
  return mutants.flatMap((mutant, at) => {
    const { observed, observation } = judged[at]!;
    const report = diagnosticText(observation.yosys).trim();
    return observed === mutant.class && report !== "" ? [{ design, mutant, report }] : [];
  });
}

/**
 * The report with the text of each reported line instead of its number: the layout of the arms has no
 * lines that could be counted.
 */
function quotedReport({ mutant, report }: RepairCase): string {
  const lines = mutant.text.split("\n");
  return report.replace(/^line (\d+): (.*)$/gm, (_, number: string, message: string) => {
    const quoted = lines[Number(number) - 1]?.trim() ?? "";
    return `${message} at ${quoted}`;
  });
}

/** The record that asks for the repair, with the tool's report or without. */
export function repairInstance(one: RepairCase, withReport: boolean): Instance {
  return {
    instruction: withReport ? INSTRUCTIONS.report : INSTRUCTIONS.repair,
    input: withReport ? `${quotedReport(one)}\n${one.mutant.text}` : one.mutant.text,
    output: one.design.text,
  };
}
