/**
 * The vocabulary of the study's models. A token is a phrase or a name, so that a small model reads short texts: the line
 * `S3 --in=1--> S4` is two tokens, all up to the arrow's head and the state behind it.
 *
 * @module
 */
import type { Tokens } from "offprint/lm/interface/mod.ts";

/** Names of states, in the order of their codes. */
export const STATE_NAMES: readonly string[] = Array.from({ length: 9 }, (_, i) => `S${i}`);
/** Names of input and output ports. */
export const INPUT_NAMES: readonly string[] = ["a", "b", "c", "d"];
export const OUTPUT_NAMES: readonly string[] = ["y", "z"];
/** Names of blocks. */
export const BLOCK_NAMES: readonly string[] = ["u0", "u1", "u2", "u3", "u4"];
/** The module's name where it must not tell anything; all other names tell nothing as they are. */
export const ANONYMOUS_MODULE = "m0";

/** Names of modules; those of counters and of regular wirings tell what the purpose does not. */
const MODULE_NAMES: readonly string[] =
  "up_hold down_hold up_clear down_clear detector controller last_driver first_driver network"
    .split(" ");

/** The block types: widths of the inputs x and w, and of the output q. */
export const BLOCK_TYPES: Readonly<Record<string, { x: number; w?: number; q: number }>> = {
  mac: { x: 8, w: 8, q: 16 },
  add: { x: 16, w: 16, q: 16 },
  dly: { x: 8, q: 8 },
  cut: { x: 16, q: 8 },
};

/** What a design is for, as a sentence. */
export const PURPOSES = {
  counter: "\nIt counts.",
  detector: "\nIt detects a pattern of bits.",
  controller: "\nIt controls a unit.",
  regular: "\nIt passes data along.",
  network: "\nIt routes data.",
} as const;

/** Lines that say an output, and the beginnings of lines that end with a name. */
export const LINE = {
  /** A whole line of the canonical text of a machine, the same as a sentence, and the same of an answer. */
  moore: (state: string, bit: number): string => `\nmoore ${state} out=${bit}`,
  toldOutput: (state: string, bit: number): string => `\nIn state ${state}, out is ${bit}.`,
  output: (state: string, bit: number): string => `;\n${state}: out = 1'b${bit}`,
  /** Of the canonical text of a machine. */
  arrow: (from: string, guard: string): string => `\n${from} --${guard}--> `,
  /** Of a transition told as a sentence. */
  told: (from: string, bit: number): string => `\nIn state ${from}, when in is ${bit}, go to `,
  /** Of a wire told as a sentence. */
  driven: (sink: string): string => `\n${sink} is driven by `,
  /** Of an answer. */
  next: (from: string, bit: number): string => `;\n{${from}, 1'b${bit}}: next = `,
  assign: (sink: string): string => `;\nassign ${sink} = `,
} as const;

/** Names of sinks in sentences and Verilog: `u0_x`, or a port as it is. */
const SINKS = [...BLOCK_NAMES.flatMap((block) => [`${block}_x`, `${block}_w`]), ...OUTPUT_NAMES];

/** The two tokens of a wire's line in the canonical text. */
export const WIRE = {
  from: (driver: string): string => `\n${driver} -> `,
  to: (sink: string, width: number): string => `${sink} [${width}]`,
} as const;

/** The text of each token; token 0 begins and ends texts. */
export const STUDY_WORDS: readonly string[] = [
  "<end>",
  "module ",
  ", states ",
  ", inputs [8] ",
  ", inputs [16] ",
  ", outputs [8] ",
  ", outputs [16] ",
  ", blocks ",
  ".",
  ...Object.values(PURPOSES),
  "\nVerilog:\nlocalparam ",
  "\nVerilog:\nassign u0_x = ",
  ";",
  ...MODULE_NAMES,
  ANONYMOUS_MODULE,
  ...STATE_NAMES,
  ...INPUT_NAMES,
  ...OUTPUT_NAMES,
  ...Object.keys(BLOCK_TYPES),
  ...BLOCK_NAMES,
  ...BLOCK_NAMES.map((block) => `${block}_q`),
  ...[LINE.moore, LINE.toldOutput, LINE.output].flatMap((line) =>
    STATE_NAMES.flatMap((state) => [0, 1].map((bit) => line(state, bit)))
  ),
  ...STATE_NAMES.flatMap((state) => ["in=0", "in=1", "*"].map((guard) => LINE.arrow(state, guard))),
  ...STATE_NAMES.flatMap((state) => [0, 1].map((bit) => LINE.told(state, bit))),
  ...STATE_NAMES.flatMap((state) => [0, 1].map((bit) => LINE.next(state, bit))),
  ...SINKS.flatMap((sink) => [LINE.driven(sink), LINE.assign(sink)]),
  ...INPUT_NAMES.map((port) => WIRE.from(`$port.${port}`)),
  ...BLOCK_NAMES.map((block) => WIRE.from(`${block}.q`)),
  ...BLOCK_NAMES.flatMap((block) =>
    ["x", "w"].flatMap((pin) => [8, 16].map((width) => WIRE.to(`${block}.${pin}`, width)))
  ),
  WIRE.to("$port.y", 8),
  WIRE.to("$port.z", 16),
];

/** The token that ends an answer. */
export const STUDY_END = 0;

const ids = new Map(STUDY_WORDS.map((word, id) => [word, id]));

/** The token of a phrase or name. */
export function studyToken(word: string): number {
  const id = ids.get(word);
  if (id === undefined) throw new RangeError(`studyToken: ${JSON.stringify(word)} is no word`);
  return id;
}

/** Words as tokens. */
export function studyTokens(words: readonly string[]): number[] {
  return words.map(studyToken);
}

/**
 * Tokens as text; a space stands between two names that meet.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { studyText, studyTokens } from "offprint/papers/chipgptv/study/mod.ts";
 *
 * assertEquals(studyText(studyTokens([", states ", "S0", "S1", "."])), ", states S0 S1.");
 * ```
 */
export function studyText(tokens: Tokens): string {
  let text = "";
  for (const token of tokens) {
    const word = token === STUDY_END ? "" : STUDY_WORDS[token]!;
    if (/\w$/.test(text) && /^\w/.test(word)) text += " ";
    text += word;
  }
  return text;
}
