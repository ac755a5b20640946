/**
 * Every aggregate of the paper's tables, computed again from the printed cells.
 *
 * @module
 */
import { spearman } from "offprint/correlation.ts";
import { compareScores, type PairedComparison } from "offprint/problems/mod.ts";
import { mean } from "offprint/stats.ts";
import { exactBootstrap } from "./exact_bootstrap.ts";
import {
  COMPLEX_CELLS_THAT_DIFFER,
  PRINTED_AVERAGES,
  PRINTED_PROMPT_AVERAGES,
  PUBLISHED_COLUMNS,
  PUBLISHED_DESIGNS,
  PUBLISHED_MACHINES,
  PUBLISHED_NEXT_TOKENS,
  type PublishedDesign,
  type PublishedLevel,
} from "./tables.ts";

/** One column of Table 3: what is printed under it beside what its cells give, in per cent. */
export interface RecomputedColumn {
  column: string;
  printedFunction: number;
  /** Mean of the 32 pass rates. */
  meanFunction: number;
  printedSyntax: number;
  /** Share of the designs none of whose samples has a syntax error. */
  cleanDesigns: number;
}

/** Aggregates of Table 3. */
export function recomputeColumns(): RecomputedColumn[] {
  return PUBLISHED_COLUMNS.map((column, at) => ({
    column,
    printedFunction: PRINTED_AVERAGES.function[at]!,
    meanFunction: mean(passedIn(at)),
    printedSyntax: PRINTED_AVERAGES.syntax[at]!,
    cleanDesigns: 100 * mean(PUBLISHED_DESIGNS.map(({ cells }) => cells[at]!.errors === 0 ? 1 : 0)),
  }));
}

/** Pass rates of a column of Table 3, in per cent, of one level or of all. */
export function passedIn(column: number, level?: PublishedLevel): number[] {
  const chosen = level === undefined
    ? PUBLISHED_DESIGNS
    : PUBLISHED_DESIGNS.filter((design) => design.level === level);
  return chosen.map(({ cells }) => cells[column]!.passed);
}

/** The two series of the paper: columns with image and text, and with text alone. */
export const SERIES = [
  { series: "GPT-4", image: 0, text: 1 },
  { series: "LLaMA", image: 3, text: 4 },
] as const;

/** Mean pass rate of one level in the GPT-4 series, in per cent. */
export function gainByLevel(
  level: PublishedLevel,
): { level: PublishedLevel; designs: number; image: number; text: number; gain: number } {
  const [image, text] = [passedIn(0, level), passedIn(1, level)];
  return {
    level,
    designs: image.length,
    image: mean(image),
    text: mean(text),
    gain: mean(image) - mean(text),
  };
}

/**
 * Image and text against text alone, design by design, in points: 0 for the GPT-4 series, 1 for LLaMA. The bootstrap
 * weighs all resamples.
 */
export function pairedGain(series: 0 | 1): PairedComparison {
  const { image, text } = SERIES[series];
  const [withImage, alone] = [passedIn(image), passedIn(text)];
  return {
    ...compareScores(withImage, alone),
    bootstrap: exactBootstrap(withImage.map((rate, at) => rate - alone[at]!)),
  };
}

/** Table 5: mean of the cells, and share of the designs with a cell above 0, in per cent. */
export function recomputePrompts(): {
  model: string;
  prompt: string;
  printed: number;
  mean: number;
  above: number;
}[] {
  return ["GPT-4V", "LLaVA"].flatMap((model, m) =>
    ["simple", "medium"].map((prompt, p) => {
      const cells = PUBLISHED_DESIGNS.map(({ prompts }) => prompts[m]![p]!);
      return {
        model,
        prompt,
        printed: PRINTED_PROMPT_AVERAGES[2 * m + p]!,
        mean: mean(cells),
        above: 100 * mean(cells.map((cell) => cell > 0 ? 1 : 0)),
      };
    })
  );
}

/** Trials of each design in Table 6. */
const TRIALS = 3;

/** Table 6: right tokens of all trials, and how sure the difference is. */
export function recomputeNextTokens(): {
  series: string;
  trials: number;
  /** Right tokens with image and with text alone, in per cent. */
  image: number;
  text: number;
  /** The difference divided by its standard error, both arms independent. */
  z: number;
}[] {
  return ["GPT", "LLaVA"].map((series, s) => {
    const trials = TRIALS * PUBLISHED_NEXT_TOKENS.length;
    const share = (at: number): number =>
      PUBLISHED_NEXT_TOKENS.reduce((sum, { right }) => sum + rightTrials(right[at]!), 0) / trials;
    const [image, text] = [share(2 * s), share(2 * s + 1)];
    const variance = (image * (1 - image) + text * (1 - text)) / trials;
    return {
      series,
      trials,
      image: 100 * image,
      text: 100 * text,
      z: (image - text) / Math.sqrt(variance),
    };
  });
}

/** A printed cell as trials: 33 is one of three. */
function rightTrials(cell: number): number {
  return Math.round(TRIALS * cell / 100);
}

/** Table 4: rank correlations with the number of states. NaN-free: 0 where a row does not vary. */
export function machineTrends(): { transitions: number; declarations: number; outputs: number } {
  const { states, transitions, declarations, outputs } = PUBLISHED_MACHINES;
  return {
    transitions: spearman(states, transitions),
    declarations: spearman(states, declarations),
    outputs: spearman(states, outputs),
  };
}

/** A cell of Table 3 that cannot be. */
export function impossibleCells(): { design: string; column: string; errors: number }[] {
  return PUBLISHED_DESIGNS.flatMap(({ design, cells }) =>
    cells.flatMap(({ errors }, at) =>
      errors > 5 ? [{ design, column: PUBLISHED_COLUMNS[at]!, errors }] : []
    )
  );
}

/** Cells with five errors in five samples and a pass rate above zero. */
export function contradictoryCells(): { design: string; column: string; passed: number }[] {
  return PUBLISHED_DESIGNS.flatMap(({ design, cells }) =>
    cells.flatMap(({ errors, passed }, at) =>
      errors >= 5 && passed > 0 ? [{ design, column: PUBLISHED_COLUMNS[at]!, passed }] : []
    )
  );
}

/** What does not agree in the printed tables, a line each. */
export function printedDefects(): { where: string; printed: string; found: string }[] {
  const off = (printed: number, found: number): boolean => Math.abs(printed - found) > 0.006;
  const columns = recomputeColumns().flatMap((each) => [
    ...(off(each.printedFunction, each.meanFunction)
      ? [{
        where: `Table 3, function, ${each.column}`,
        printed: each.printedFunction.toFixed(2),
        found: `${each.meanFunction.toFixed(2)} by its cells`,
      }]
      : []),
    ...(off(each.printedSyntax, each.cleanDesigns)
      ? [{
        where: `Table 3, syntax, ${each.column}`,
        printed: each.printedSyntax.toFixed(2),
        found: `${each.cleanDesigns.toFixed(2)} of the designs have no error`,
      }]
      : []),
  ]);
  const prompts = recomputePrompts().filter(({ printed, mean }) => off(printed, mean)).map(
    ({ model, prompt, printed, mean, above }) => ({
      where: `Table 5, ${model}, ${prompt}`,
      printed: printed.toFixed(2),
      found: `mean ${mean.toFixed(2)}; ${above.toFixed(2)} of the cells are above 0`,
    }),
  );
  const cells = impossibleCells().map(({ design, column, errors }) => ({
    where: `Table 3, ${design}, ${column}`,
    printed: `${errors} errors`,
    found: "five samples were drawn",
  }));
  const differing = COMPLEX_CELLS_THAT_DIFFER.map(({ design, column, table5 }) => ({
    where: `Tables 3 and 5, ${design}, ${PUBLISHED_COLUMNS[column]}`,
    printed: `${cellOf(design, column)} in Table 3`,
    found: `${table5} in Table 5, for the same prompts`,
  }));
  return [...columns, ...prompts, ...cells, ...differing];
}

function cellOf(design: string, column: number): number {
  const row = PUBLISHED_DESIGNS.find((each: PublishedDesign) => each.design === design);
  return row!.cells[column]!.passed;
}
