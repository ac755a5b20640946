/**
 * The paper's result tables as numbers, so that what it concludes can be computed again: Tables 3, 4, 5 and 6 of
 * arXiv 2407.08473, version 1.
 *
 * @module
 */

/** Levels of the benchmark, as the tables group them. */
export type PublishedLevel = "logic" | "arithmetic" | "advanced";

/** The six columns of Table 3: two series, each with image and text, text alone, image alone. */
export const PUBLISHED_COLUMNS = [
  ...["GPT-4V image and text", "GPT-4 text", "GPT-4V image"],
  ...["LLaVA image and text", "LLaMA text", "LLaVA image"],
] as const;

/** A cell of Table 3. */
export interface PublishedCell {
  /** Samples of five with a syntax error. */
  errors: number;
  /** Best pass rate of five samples, in per cent of test cases. */
  passed: number;
}

/** One design of Tables 3 and 5. */
export interface PublishedDesign {
  design: string;
  level: PublishedLevel;
  /** In the order of {@linkcode PUBLISHED_COLUMNS}. */
  cells: readonly PublishedCell[];
  /** Table 5, simple and medium prompts, in per cent: GPT-4V, then LLaVA. */
  prompts: readonly [readonly [number, number], readonly [number, number]];
}

/** Next-token accuracy of one design (Table 6), in per cent of three trials. */
export interface PublishedNextToken {
  design: string;
  /** GPT with image and with text alone, LLaVA likewise. */
  right: readonly [number, number, number, number];
}

/**
 * Design, then for each column errors/pass rate, then simple,medium prompts of GPT-4V and LLaVA, then next tokens with
 * image/with text of GPT and LLaVA.
 */
const ROWS: Readonly<Record<PublishedLevel, string>> = {
  logic: `
Johnson_Counter | 0/98 | 0/100 | 0/98 | 5/0 | 0/97 | 1/0 | 0,0 | 0,0 | 67/0 | 33/33
alu | 0/100 | 0/0 | 1/0 | 5/0 | 5/0 | 1/0 | 20,0 | 0,0 | 100/0 | 0/0
edge_detect | 0/100 | 0/100 | 0/100 | 0/98 | 0/98 | 0/0 | 100,100 | 0,40 | 67/67 | 33/0
freq_div | 0/100 | 0/0 | 1/0 | 4/0 | 5/0 | 1/0 | 100,80 | 0,0 | 100/100 | 33/33
mux | 0/100 | 1/100 | 0/10 | 1/0 | 5/0 | 0/100 | 80,100 | 0,0 | 100/100 | 33/33
parallel2serial | 0/0 | 0/0 | 1/0 | 0/100 | 5/0 | 0/0 | 0,0 | 0,0 | 100/100 | 100/33
pulse_detect | 0/100 | 0/0 | 5/0 | 0/0 | 5/0 | 3/0 | 100,100 | 0,0 | 100/100 | 0/0
right_shifter | 0/100 | 0/100 | 0/100 | 0/100 | 0/100 | 0/0 | 100,100 | 0,100 | 67/67 | 33/0
serial2parallel | 0/100 | 0/100 | 2/0 | 5/0 | 0/0 | 1/0 | 0,100 | 0,0 | 33/67 | 33/0
width_8to16 | 0/100 | 0/100 | 0/100 | 1/0 | 0/34 | 1/0 | 100,100 | 0,0 | 33/33 | 33/33
`,
  arithmetic: `
accu | 0/100 | 0/100 | 3/0 | 5/0 | 5/0 | 3/0 | 0,0 | 0,0 | 100/100 | 33/33
adder_16bit | 0/100 | 0/100 | 0/100 | 5/0 | 5/0 | 8/0 | 100,100 | 0,40 | 100/33 | 0/33
adder_16bit_csa | 0/100 | 0/100 | 5/0 | 2/100 | 1/100 | 2/0 | 0,100 | 0,0 | 100/100 | 0/0
adder_32bit | 3/0 | 0/0 | 1/0 | 5/0 | 5/0 | 1/0 | 0,0 | 0,0 | 67/67 | 0/0
adder_64bit | 0/0 | 2/0 | 1/0 | 5/0 | 5/0 | 4/0 | 0,0 | 0,0 | 100/33 | 0/0
adder_8bit | 0/100 | 0/100 | 2/0 | 0/0 | 3/0 | 0/0 | 100,100 | 100,100 | 100/100 | 67/0
div_16bit | 1/0 | 5/0 | 1/0 | 5/0 | 5/0 | 2/0 | 0,0 | 0,0 | 33/33 | 0/33
multi_booth | 0/50 | 1/0 | 1/0 | 2/0 | 5/0 | 1/0 | 0,0 | 0,0 | 100/67 | 67/33
multi_pipe_4bit | 0/50 | 3/100 | 2/0 | 4/100 | 1/0 | 5/0 | 0,100 | 0,0 | 0/0 | 0/33
multi_pipe_8bit | 0/100 | 1/0 | 1/0 | 5/0 | 5/0 | 0/0 | 0,0 | 0,0 | 67/67 | 33/0
`,
  advanced: `
1x2nocpe | 0/100 | 3/0 | 3/0 | 0/34 | 4/0 | 0/0 | 100,100 | 60,40 | 100/100 | 67/100
1x4systolic | 0/100 | 0/100 | 1/0 | 5/0 | 5/0 | 1/0 | 60,20 | 40,60 | 100/100 | 67/33
2x2systolic | 0/100 | 2/0 | 5/0 | 5/0 | 5/0 | 2/0 | 20,0 | 0,0 | 100/100 | 67/67
3stagepipe | 1/0 | 5/0 | 5/0 | 5/0 | 5/0 | 1/0 | 0,0 | 0,0 | 67/67 | 0/33
4x4spatialacc | 3/0 | 5/0 | 5/0 | 5/0 | 5/0 | 1/0 | 0,0 | 0,0 | 67/67 | 33/0
5stagepipe | 5/0 | 5/0 | 5/0 | 5/0 | 5/0 | 1/0 | 0,0 | 0,0 | 33/33 | 0/0
fsm | 0/100 | 0/0 | 1/0 | 5/0 | 3/0 | 10/0 | 0,100 | 20,0 | 0/0 | 0/0
macpe | 0/100 | 0/100 | 3/0 | 0/100 | 2/0 | 2/0 | 100,100 | 0,80 | 100/67 | 67/33
statemachine | 0/100 | 0/0 | 5/0 | 5/0 | 3/0 | 1/0 | 60,100 | 0,20 | 100/67 | 67/33
5state_fsm | 0/100 | 0/0 | 3/0 | 5/0 | 5/0 | 3/0 | 100,100 | 20,0 | 100/100 | 0/0
3state_fsm | 0/100 | 0/100 | 0/100 | 5/0 | 4/0 | 0/0 | 20,100 | 0,40 | 0/100 | 33/0
4state_fsm | 0/0 | 0/100 | 0/100 | 3/100 | 5/0 | 1/0 | 40,100 | 60,0 | 67/33 | 0/33
`,
};

/** In Table 6 alone. */
const NEXT_TOKEN_ALONE: PublishedNextToken = { design: "multi_16bit", right: [0, 33, 0, 0] };

const LEVELS = ["logic", "arithmetic", "advanced"] as const;

const parsed = LEVELS.flatMap((level) =>
  ROWS[level].trim().split("\n").map((line) => {
    const [design, ...cells] = line.split("|").map((cell) => cell.trim());
    const numbers = (cell: string): number[] => cell.split(/[/,]/).map(Number);
    const [gpt, llava] = [numbers(cells[6]!), numbers(cells[7]!)];
    return {
      design: design!,
      level,
      cells: cells.slice(0, 6).map((cell) => {
        const [errors, passed] = numbers(cell);
        return { errors: errors!, passed: passed! };
      }),
      prompts: [[gpt[0]!, gpt[1]!], [llava[0]!, llava[1]!]] as const,
      next: [
        ...numbers(cells[8]!),
        ...numbers(cells[9]!),
      ] as unknown as PublishedNextToken["right"],
    };
  })
);

/** Tables 3 and 5: 32 designs. */
export const PUBLISHED_DESIGNS: readonly PublishedDesign[] = parsed.map(({ next: _, ...row }) =>
  row
);

/** Table 6: the 32 designs and `multi_16bit`. Cells are thirds in whole per cent. */
export const PUBLISHED_NEXT_TOKENS: readonly PublishedNextToken[] = [
  ...parsed.map(({ design, next }) => ({ design, right: next })),
  NEXT_TOKEN_ALONE,
];

/** The rows of Table 3 that are printed as its averages, in per cent, in the order of its columns. */
export const PRINTED_AVERAGES = {
  syntax: [84.38, 68.75, 25.00, 34.38, 21.88, 25.00],
  function: [71.81, 46.88, 33.90, 25.88, 13.41, 3.13],
} as const;

/** Averages printed under Table 5, simple and medium prompts: GPT-4V, then LLaVA. */
export const PRINTED_PROMPT_AVERAGES = [40.63, 59.38, 9.38, 16.25] as const;

/** Cells in which the complex column of Table 5 is not the image-and-text column of Table 3. */
export const COMPLEX_CELLS_THAT_DIFFER = [
  { design: "fsm", column: 0, table5: 60 },
  { design: "5state_fsm", column: 0, table5: 60 },
  { design: "4state_fsm", column: 0, table5: 80 },
  { design: "freq_div", column: 3, table5: 96 },
] as const;

/** Table 4: a push-button machine of 2 to 9 states, GPT-4V; success in per cent. */
export const PUBLISHED_MACHINES = {
  states: [2, 3, 4, 5, 6, 7, 8, 9],
  transitions: [100, 100, 80, 60, 60, 20, 0, 0],
  declarations: [100, 100, 100, 100, 100, 100, 100, 100],
  outputs: [100, 100, 100, 100, 100, 100, 80, 80],
} as const;
