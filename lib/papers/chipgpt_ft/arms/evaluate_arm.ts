/**
 * Asks one trained arm everything it can be asked.
 *
 * @module
 */
import type { LoadedModel } from "offprint/lm/mod.ts";
import { textModel } from "offprint/lm/text/mod.ts";
import { Described, UserError } from "offprint/errors.ts";
import type { YosysPool } from "offprint/verilog/tools/mod.ts";
import {
  byBrokenFile,
  byDescription,
  byDescriptionAndHeader,
  byHeader,
  byPlainHeader,
} from "./asking.ts";
import {
  type Asked,
  askedOf,
  type Asking,
  type Problem,
  type Run,
  solve,
} from "offprint/verilog/problems/mod.ts";
import { type HeldOutProblems, repairProblems } from "./held_out_problems.ts";
import { naturalProblems } from "./natural_problems.ts";
import type { ArmKind } from "./training_corpus.ts";

/** How answers are drawn from the arms: the paper's five samples at its temperature. */
export const ARM_SAMPLING = { samples: 5, temperature: 0.1, seed: 1, maxTokens: 180 } as const;

/** What an arm that writes modules is asked with beside a description. */
const WITH_HEADER: Readonly<Record<string, [string, Asking]>> = {
  raw: ["header", byPlainHeader],
  completion: ["header", byHeader],
  aligned: ["description and header", byDescriptionAndHeader],
  shuffled: ["description and header", byDescriptionAndHeader],
};

/** The arm a model of this project was trained as, from its name: `verilog-ARM`. */
export function armOf(name: string): ArmKind {
  const arm = name.replace(/^verilog-/, "");
  if (arm in WITH_HEADER || arm === "repair" || arm === "repair-with-report") return arm as ArmKind;
  throw new UserError({
    what: "arm",
    got: name,
    expected: "verilog-raw, -completion, -aligned, -shuffled, -repair or -repair-with-report",
  });
}

/**
 * A trained arm on all problems meant for it.
 *
 * @throws {UserError} when the model has no card, or is not an arm.
 */
export async function evaluateArm(
  { model, tokenizer, card }: LoadedModel,
  problems: HeldOutProblems,
  yosys: YosysPool,
  onNote: (line: string) => void = () => {},
): Promise<Run> {
  if (card === undefined) {
    throw new UserError({
      what: model.name,
      got: new Described("no card.json"),
      expected: "a trained arm",
    });
  }
  const arm = armOf(card.name);
  const text = textModel(model, tokenizer);
  const asked: Asked[] = [];
  const ask = async (set: string, name: string, list: Problem[], asking: Asking) => {
    const solved = await solve(list, asking, text, ARM_SAMPLING);
    const passed = solved.filter(({ passed }) => passed > 0).length;
    onNote(
      `${card.name} seed ${card.recipe.seed}: ${set}, by ${name}: ${passed} of ${list.length}`,
    );
    const { samples, temperature } = ARM_SAMPLING;
    asked.push(askedOf({ set, asking: name, samples, temperature }, solved));
  };
  if (arm === "repair" || arm === "repair-with-report") {
    const withReport = arm === "repair-with-report";
    await ask(
      "repair",
      withReport ? "file and report" : "file",
      repairProblems(problems, withReport, yosys),
      byBrokenFile(withReport),
    );
  } else {
    const [name, asking] = WITH_HEADER[arm]!;
    for (const [set, list] of sets(problems)) {
      await ask(set, "description", list, byDescription);
      await ask(set, name, list, asking);
    }
    if (arm === "aligned") {
      const natural = await naturalProblems(problems.parameters);
      await ask("free prose", "description", natural, byDescription);
    }
  }
  return {
    model: card.name,
    arm,
    seed: card.recipe.seed,
    parameters: card.parameters,
    trainedTokens: card.training.tokens,
    heldOutNats: card.heldOut.natsPerToken,
    asked,
  };
}

function sets({ parameters, families }: HeldOutProblems): [string, Problem[]][] {
  return [["held-out parameters", parameters], ["held-out families", families]];
}
