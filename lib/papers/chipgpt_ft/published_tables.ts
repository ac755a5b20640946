/**
 * The paper's result tables as numbers, so that what it concludes can be computed again: Table 2 (sizes of
 * the data set), Table 5 (generation) and Table 3 (repair) of arXiv 2403.11202, version 1.
 *
 * @module
 */

/** Models in the order of Table 5. */
export const PUBLISHED_MODELS = [
  ...["GPT-3.5", "ours-7B", "ours-13B", "Thakur", "Llama2-13B", "GA-13B"],
] as const;

/** One of them. */
export type PublishedModel = (typeof PUBLISHED_MODELS)[number];

/** A cell: samples with syntax errors (of five) and best share of passed test cases in percent, per prompt. */
export interface PublishedCell {
  errors: number[];
  passed: number[];
}

/** One problem of Table 5; cells in the order of {@linkcode PUBLISHED_MODELS}. */
export interface PublishedRow {
  problem: string;
  set: "Thakur" | "RTLLM";
  cells: PublishedCell[];
}

/** Problem, then for each model errors at prompt level low/middle/high and best pass rates. */
const THAKUR = `
basic1 | 0/0/0 100/100/100 | 0/0/0 100/100/100 | 0/0/0 100/100/100 | 0/0/0 100/100/100 | 0/0/0 100/100/100 | 0/0/0 100/100/100
basic2 | 0/0/0 100/100/100 | 0/0/0 100/100/100 | 0/0/0 100/100/100 | 0/0/0 100/100/100 | 0/0/0 100/100/100 | 0/5/0 100/0/100
basic3 | 0/0/0 12.5/37.5/100 | 0/0/0 50/50/50 | 0/0/0 25/50/50 | 0/0/0 12.5/0/100 | 0/0/0 0/12.5/100 | 0/0/0 12.5/12.5/100
basic4 | 0/1/1 100/100/100 | 0/0/0 100/100/100 | 0/0/0 100/100/100 | 0/0/0 0/100/100 | 0/0/0 100/100/100 | 3/1/0 100/100/100
inter1 | 0/0/0 100/100/100 | 0/0/0 25/25/25 | 2/0/0 25/100/100 | 0/0/0 100/100/0 | 0/5/5 100/0/0 | 0/0/0 75/75/100
inter2 | 0/0/0 100/100/100 | 0/0/0 68.4/68.4/100 | 0/0/0 100/73.6/100 | 0/0/0 0/0/100 | 0/0/0 0/0/100 | 0/0/0 0/0/100
inter3 | 5/5/4 0/0/6.25 | 5/5/5 0/0/0 | 1/0/0 11.7/11.7/11.7 | 0/0/0 0/0/6.25 | 0/0/0 0/0/0 | 5/5/5 0/0/0
inter4 | 0/0/0 0/0/0 | 0/0/0 50/62.5/100 | 0/0/0 37.5/62.5/75 | 1/0/0 0/0/0 | 5/2/2 0/0/0 | 0/0/0 0/12.5/12.5
inter5 | 0/0/0 100/100/100 | 0/0/0 30/30/30 | 0/0/0 10/60/60 | 0/0/0 0/0/0 | 3/0/0 0/20/60 | 0/5/5 10/0/0
inter6 | 0/0/0 0/0/0 | 5/5/0 0/0/100 | 5/5/0 0/0/100 | 0/0/0 0/0/0 | 5/5/5 0/0/0 | 5/5/5 0/0/0
inter7 | 1/1/1 100/100/100 | 0/0/0 100/100/100 | 3/5/0 100/100/100 | 1/0/0 6/6/100 | 2/2/0 0/0/0 | 0/1/0 6/6/100
inter8 | 0/0/0 100/100/100 | 0/0/5 37.5/37.5/0 | 0/0/0 25/80/80 | 2/4/5 0/0/0 | 0/0/0 62.5/62.5/62.5 | 0/0/5 0/0/0
adv1 | 3/1/1 100/100/100 | 0/0/0 49.9/51.5/75 | 0/0/0 100/49.9/51.5 | 1/2/5 25/25/0 | 1/1/0 25.2/25.2/0.19 | 1/5/0 50/0/25
adv2 | 0/0/0 92.8/92.8/92.8 | 0/0/0 92.8/100/100 | 0/0/5 92.8/100/100 | 0/0/0 92.8/100/92.8 | 0/5/5 0/0/0 | 0/0/0 7/14/93
adv3 | 0/0/1 83/83/83 | 0/0/0 100/100/100 | 0/0/5 100/100/100 | 0/0/0 100/0/100 | 1/0/0 0/0/100 | 0/0/0 66/66/100
adv4 | 0/0/0 62.5/62.5/62.5 | 0/0/0 100/100/100 | 5/5/5 100/100/100 | 1/0/0 100/100/100 | 0/0/0 12.5/12.5/50 | 0/0/0 37.5/50/50
adv5 | 0/0/0 37.5/37.5/100 | 5/0/0 0/50/100 | 5/0/0 37.5/75/100 | 0/0/5 0/75/0 | 0/1/1 0/37.5/0 | 0/0/0 37.5/37.5/0
`;

/** Problem, then for each model errors/pass rate. */
const RTLLM = `
accu | 2/0 | 5/0 | 5/0 | 0/0 | 3/0 | 5/0
adder_8bit | 4/0 | 4/7 | 0/100 | 5/0 | 3/0 | 3/46
adder_16bit | 1/55 | 0/52 | 0/70 | 3/55 | 2/50 | 5/0
adder_32bit | 3/0 | 5/0 | 0/0 | 5/0 | 0/0 | 0/0
adder_64bit | 2/0 | 5/0 | 5/0 | 5/0 | 5/0 | 0/0
multi_16bit | 0/0 | 5/0 | 5/0 | 2/0 | 5/0 | 2/0
Johnson_Counter | 1/97 | 5/0 | 5/0 | 4/97 | 5/0 | 5/0
right_shifter | 0/100 | 0/0 | 0/0 | 0/100 | 5/0 | 0/0
mux | 1/100 | 1/0 | 0/100 | 5/0 | 5/0 | 0/0
counter_12 | 4/0 | 2/97 | 0/93 | 2/93 | 5/0 | 0/50
signal_generator | 5/0 | 5/0 | 0/33.3 | 0/0 | 5/0 | 5/0
serial2parallel | 3/0 | 5/0 | 5/0 | 5/0 | 0/0 | 5/0
alu | 5/0 | 5/0 | 5/0 | 5/0 | 5/0 | 5/0
edge_detect | 0/100 | 0/98 | 0/96 | 1/0 | 5/0 | 0/100
width_8to16 | 3/30 | 2/33 | 0/33 | 5/0 | 0/33 | 5/0
calendar | 2/100 | 5/0 | 5/100 | 5/0 | 0/100 | 0/0
RAM | 5/0 | 5/0 | 5/0 | 3/50 | 5/0 | 5/0
pe | 0/100 | 0/100 | 0/100 | 4/0 | 0/0 | 0/0
`;

/** Table 5: 17 problems with three prompts each, 18 with one. */
export const PUBLISHED_GENERATION: readonly PublishedRow[] = [
  ...lines(THAKUR).map(([problem, ...cells]) => ({
    problem: problem!,
    set: "Thakur" as const,
    cells: cells.map((cell) => {
      const [errors, passed] = cell.split(" ").map((part) => part.split("/").map(Number));
      return { errors: errors!, passed: passed! };
    }),
  })),
  ...lines(RTLLM).map(([problem, ...cells]) => ({
    problem: problem!,
    set: "RTLLM" as const,
    cells: cells.map((cell) => {
      const [errors, passed] = cell.split("/").map(Number);
      return { errors: [errors!], passed: [passed!] };
    }),
  })),
];

function lines(table: string): string[][] {
  return table.trim().split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
}

/** Whether a model solved a problem by the rule that gives every printed percentage: best of all samples. */
export function solved(row: PublishedRow, model: number, strict = false): boolean {
  const { errors, passed } = row.cells[model]!;
  // Five errors in five samples and a pass rate above zero cannot both be; `strict` counts errors first.
  return passed.some((rate, at) => rate === 100 && !(strict && errors[at] === 5));
}

/** Problems that only one of two models solved: how many only the first, how many only the second. */
export function discordantPairs(
  rows: readonly PublishedRow[],
  first: PublishedModel,
  second: PublishedModel,
): [onlyFirst: number, onlySecond: number] {
  const [a, b] = [PUBLISHED_MODELS.indexOf(first), PUBLISHED_MODELS.indexOf(second)];
  const only = (x: number, y: number) =>
    rows.filter((row) => solved(row, x) && !solved(row, y)).length;
  return [only(a, b), only(b, a)];
}

/**
 * Cells of a model that say two things which cannot both be: five syntax errors in five samples, and a pass rate
 * above zero.
 */
export function impossibleCells(model: PublishedModel): number {
  const at = PUBLISHED_MODELS.indexOf(model);
  return PUBLISHED_GENERATION.flatMap(({ cells }) => {
    const { errors, passed } = cells[at]!;
    return passed.filter((rate, level) => rate > 0 && errors[level] === 5);
  }).length;
}

/** Table 2: records of each task and bytes of all of them, as printed. */
export const PUBLISHED_SIZES: Readonly<Record<string, { records: number; bytes: number }>> = {
  "module completion": { records: 400e3, bytes: 693e6 },
  "statement completion": { records: 2388e3, bytes: 2.9e9 },
  "token completion": { records: 3700e3, bytes: 21e9 },
  "mask completion": { records: 107e3, bytes: 2145.29e6 },
  "prose to Verilog": { records: 124e3, bytes: 1784.24e6 },
  "prose to script": { records: 200, bytes: 301e3 },
  "repair with report": { records: 240e3, bytes: 523.77e6 },
};
