/**
 * `deno task augment DIR --out FILE`: a folder of Verilog becomes a data set.
 *
 * @module
 */
import { parse, wholeNumber } from "offprint/command_line.ts";
import { Described, UserError } from "offprint/errors.ts";
import {
  augment,
  type Flow,
  FLOWS,
  folderSource,
  generatedSource,
  summary,
} from "offprint/verilog/records/mod.ts";
import { checkedOutput } from "../kit/outputs.ts";
import { countingLine, Ending } from "offprint/terminal.ts";
import { findIcarus, findVerilator, YosysPool } from "offprint/verilog/tools/mod.ts";
import type { Command } from "../kit/command.ts";

const USAGE = `deno task augment DIR --out FILE [options]

Makes training records from every .v, .sv and .vh file below DIR: one JSON object a line in FILE, counts
and hashes in FILE.manifest.json. An interrupted run continues where it stopped.

  --out FILE           where to write (required)
  --generate N         N generated designs instead of DIR
  --flows LIST         which of completion,prose,repair,scripts (default: the first three); the paper
                       calls them A1, A2, B and C
  --seed N             seed of every draw (default 1)
  --completions N      at most N completion records per module, 0 for all (default 24)
  --mutants N          mutants drawn from each file (default 6)
  --scripts N          records of the scripts flow (default 200)
  --processes N        Yosys processes, 400 MB each (default 2)
  --help`;

/**
 * Time of one run of Yosys, in milliseconds. A proof that takes longer mostly takes any time (a counter of 24 bits whose
 * last one is the output); its mutant is undecided.
 */
const RUN_MS = 5_000;

const TEXT = { type: "string" } as const;
const KNOWN = {
  ...{ out: TEXT, generate: TEXT, flows: TEXT, seed: TEXT, completions: TEXT, mutants: TEXT },
  ...{ scripts: TEXT, processes: TEXT },
};

/** The command. */
export const command: Command = {
  name: "augment",
  summary: "turn a folder of Verilog into training data",
  usage: USAGE,
  run: run,
};

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parse("augment", args, KNOWN, true);
  /** Every option but --help has a text as its value. */
  const given = (name: keyof typeof KNOWN) => values[name] as string | undefined;
  const number = (
    name: keyof typeof KNOWN,
    fallback: number,
    low: number,
    high?: number,
  ): number => {
    const value = given(name);
    return value === undefined ? fallback : wholeNumber(`--${name}`, value, low, high);
  };
  const named = given("out");
  if (named === undefined) {
    throw new UserError({
      what: "deno task augment",
      got: new Described("no --out"),
      expected: "--out FILE, where the records go",
      todo: "See deno task augment --help.",
    });
  }
  const chosen = (given("flows") ?? "completion,prose,repair").split(",");
  for (const flow of chosen) {
    if (!FLOWS.includes(flow as Flow)) {
      throw new UserError({
        what: "--flows",
        got: flow,
        expected: `flows from ${FLOWS.join(", ")}`,
        todo: "Give for example --flows completion,prose.",
      });
    }
  }
  const seed = number("seed", 1, 0);
  const generate = number("generate", 0, 1);
  const [folder] = positionals;
  if ((folder === undefined) === (generate === 0) || positionals.length > 1) {
    throw new UserError({
      what: "deno task augment",
      got: new Described(
        positionals.length > 1
          ? `${positionals.length} folders`
          : folder === undefined
          ? "no folder"
          : "a folder and --generate",
      ),
      expected: "one folder, or --generate N",
      todo: "See deno task augment --help.",
    });
  }
  const source = folder === undefined
    ? generatedSource(generate, seed)
    : await folderSource(folder);
  const out = await checkedOutput({ option: "--out", path: named, kind: "file", data: true });
  const repairs = chosen.includes("repair");
  const completions = number("completions", 24, 0);
  using ending = new Ending();
  await using yosys = repairs
    ? new YosysPool({ processes: number("processes", 2, 1, 64), timeMs: RUN_MS })
    : undefined;
  const manifest = await augment({
    source,
    out,
    flows: chosen as Flow[],
    seed,
    completionsPerModule: completions === 0 ? Infinity : completions,
    mutantsPerFile: number("mutants", 6, 0),
    scripts: number("scripts", 200, 0),
    ...(yosys === undefined ? {} : {
      tools: { yosys, icarus: await findIcarus(), verilator: await findVerilator() },
    }),
    onProgress: countingLine(),
    signal: ending.signal,
  });
  if (manifest === undefined) {
    console.error("\nStopped. The same command continues from here.");
    return ending.exitCode ?? 130;
  }
  console.log(summary(manifest, out));
  return 0;
}
