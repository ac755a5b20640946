/**
 * `deno task augment DIR --out FILE`: a folder of Verilog becomes a data set.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { messageOf, UserError } from "offprint/errors.ts";
import { augment, type Manifest } from "./augment/augment.ts";
import { type Flow, flows } from "./augment/record.ts";
import { folderSource, generatedSource } from "./augment/sources.ts";
import { findIcarus } from "./tools/icarus.ts";
import { findVerilator } from "./tools/verilator.ts";
import { YosysPool } from "./tools/yosys.ts";

const usage = `deno task augment DIR --out FILE [options]

Makes training records from every .v, .sv and .vh file below DIR: one JSON object a line in FILE, counts
and hashes in FILE.manifest.json. An interrupted run goes on where it stopped.

  --out FILE           where to write (needed)
  --generate N         N generated designs instead of DIR
  --flows A1,A2,B,C    which flows (default: A1,A2,B)
  --seed N             seed of every draw (default 1)
  --completions N      completion records of a module at most, 0 for all (default 24)
  --mutants N          mutants drawn of a file (default 6)
  --scripts N          records of flow C (default 200)
  --processes N        Yosys processes, 400 MB each (default 2)
  --help`;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = read(args);
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const out = values.out as string | undefined;
  if (out === undefined) {
    throw new UserError({ what: "deno task augment", got: undefined, expected: "--out FILE" });
  }
  const number = (name: string, fallback: number, low: number): number => {
    const text = (values as Record<string, unknown>)[name] as string | undefined;
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < low) {
      throw new UserError({ what: `--${name}`, got: text, expected: `a whole number from ${low}` });
    }
    return value;
  };
  const chosen = ((values.flows as string | undefined) ?? "A1,A2,B").split(",");
  for (const flow of chosen) {
    if (!flows.includes(flow as Flow)) {
      throw new UserError({
        what: "--flows",
        got: flow,
        expected: `flows from ${flows.join(", ")}`,
      });
    }
  }
  const seed = number("seed", 1, 0);
  const generate = number("generate", 0, 1);
  const [folder] = positionals;
  if ((folder === undefined) === (generate === 0) || positionals.length > 1) {
    throw new UserError({
      what: "deno task augment",
      got: args.join(" "),
      expected: "one folder, or --generate N",
    });
  }
  const source = folder === undefined
    ? generatedSource(generate, seed)
    : await folderSource(folder);
  const repairs = chosen.includes("B");
  const completions = number("completions", 24, 0);
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  Deno.addSignalListener("SIGINT", interrupt);
  await using yosys = repairs ? new YosysPool({ processes: number("processes", 2, 1) }) : undefined;
  try {
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
      onProgress: bar(),
      signal: stop.signal,
    });
    if (manifest === undefined) {
      console.error("\nStopped. The same command goes on from here.");
      return 130;
    }
    console.log(summary(manifest, out));
    return 0;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
  }
}

function read(args: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args,
      options: {
        ...{ out: text, generate: text, flows: text, seed: text, completions: text, mutants: text },
        ...{ scripts: text, processes: text, help: { type: "boolean", short: "h" } as const },
      },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw new UserError({
      what: "deno task augment",
      got: args.join(" "),
      expected: `known options (${messageOf(error).split(/[.\n]/)[0]})`,
      todo: "See deno task augment --help.",
    });
  }
}

/** A progress line on standard error; nothing but the last one where it is not a terminal. */
function bar(): (done: number, total: number, file: string) => void {
  const terminal = Deno.stderr.isTerminal();
  const encoder = new TextEncoder();
  return (done, total, file) => {
    if (!terminal && done !== total) return;
    const line = `${terminal ? "\r\x1b[K" : ""}${done}/${total} ${file.slice(-50)}${
      done === total ? "\n" : ""
    }`;
    Deno.stderr.writeSync(encoder.encode(line));
  };
}

/** What was made, as a table. */
function summary(
  { tasks, notes, files, duplicates, skipped, sha256 }: Manifest,
  out: string,
): string {
  const rows = Object.entries(tasks).map(([task, { records, bytes }]) =>
    `${task.padEnd(24)}${String(records).padStart(10)} records${
      (bytes / 1e6).toFixed(2).padStart(12)
    } MB`
  );
  const reasons = new Map<string, number>();
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const coverage = notes.modules === 0 ? 0 : 100 * notes.described / notes.modules;
  return [
    ...rows,
    `${files} files, ${duplicates} duplicates, ${notes.modules} modules, ${
      coverage.toFixed(1)
    } % described whole`,
    ...Object.entries(notes.unsupported).sort((a, b) => b[1] - a[1]).slice(0, 10)
      .map(([kind, count]) => `  no rule: ${kind} (${count})`),
    ...[...reasons].map(([reason, count]) => `  skipped: ${count} × ${reason}`),
    ...(notes.mutants === 0 ? [] : [
      `${notes.mutants} mutants: ${notes.mismatched} of another class, ${notes.equivalent} equivalent, ${notes.undecided} undecided, all dropped`,
    ]),
    `${out}: sha256 ${sha256}`,
  ].join("\n");
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main(Deno.args);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    Deno.exitCode = 2;
  }
}
