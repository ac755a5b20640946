/**
 * `deno task bench`: side-by-side benchmarks, each a module in the folder `bench/`.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { type BenchSuite, benchTable, type KeptReport } from "../kit/bench/report.ts";
import { keepReports } from "../kit/bench/kept.ts";
import { machineName, processor } from "../kit/bench/machine.ts";
import { writeReadme } from "../kit/readme/mod.ts";
import { parse } from "offprint/command_line.ts";
import type { Command } from "../kit/command.ts";
import { ROOT } from "../kit/project.ts";

const USAGE = `deno task bench [SUITE] [--json | --write]

Runs side-by-side benchmarks: ours and a peer in the same process, interleaved, medians.
A ratio above 1 means that ours is better. Nothing else should use the machine meanwhile.

Arguments:
  SUITE    one of the modules in bench/ (without .ts); all of them when left out
  --write  keep the results in bench/results/ and make the page bench/README.md anew from all that are kept,
           and what README.md says of a first run
  --json   print { suite, machine, rows } on standard output, progress goes to standard error
  --help   this text

OFFPRINT_PAPERS="02 08" takes some papers only in the suites run and first_run. OFFPRINT_VARIANT (avx2, avxvnni, avx512vnni …) chooses
the native kernels' instruction set; what is kept of those suites stays beside the rows of other variants and processors.
OFFPRINT_SHAPE=4096x4096 takes one shape only (rows by columns) in the suite kernels, OFFPRINT_THREADS=1 as many threads.`;

/** What chooses what a suite measures: part of the command that is kept. */
const CHOICES = ["VARIANT", "THREADS", "SHAPE", "PARTS", "MODEL", "PAPERS"].map((name) =>
  `OFFPRINT_${name}`
);

export const command: Command = {
  name: "bench",
  summary: "run benchmarks side by side with other libraries",
  usage: USAGE,
  run: bench,
};

async function bench(args: string[]): Promise<number> {
  const { values, positionals } = parse("bench", args, {
    json: { type: "boolean" },
    write: { type: "boolean" },
  }, true);
  const known = await suites();
  const wanted = positionals.length > 0 ? positionals : known;
  for (const name of wanted) {
    if (known.includes(name)) continue;
    throw new UserError({
      what: "deno task bench",
      got: name,
      expected: `one of ${known.join(", ")}`,
      todo: "Leave it out to run all.",
    });
  }
  const reports: KeptReport[] = [];
  for (const name of wanted) {
    const { runBench } = await import(new URL(`${name}.ts`, folder()).href) as BenchSuite;
    const { rows, measuredOn, native } = await runBench((line) => console.error(line));
    const machine = [machineName(), ...(measuredOn === undefined ? [] : [measuredOn])].join("; ");
    const report = {
      suite: name,
      machine,
      date: new Date().toISOString().slice(0, 10),
      command: `${choices()}deno task bench ${name} --write`,
      rows,
      ...(native === undefined ? {} : { native: { ...native, processor: processor().name } }),
    };
    reports.push(report);
    if (!values["json"]) console.log(benchTable(report));
    if (values["write"] && rows.length === 0) {
      console.error(`${name}: nothing measured; what is kept stays as it is.`);
    }
  }
  if (values["json"]) {
    const printed = reports.map(({ suite, machine, rows }) => ({ suite, machine, rows }));
    console.log(JSON.stringify(positionals.length === 1 ? printed[0] : printed, null, 2));
  }
  if (values["write"]) {
    await keepReports(folder(), reports);
    await writeReadme(ROOT);
  }
  return 0;
}

/** The choices that were made, as one types them before a command. */
function choices(): string {
  return CHOICES.map((name) => [name, Deno.env.get(name)] as const)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${/^[\w.,-]+$/.test(value!) ? value : `'${value}'`} `)
    .join("");
}

function folder(): URL {
  return new URL("../../bench/", import.meta.url);
}

async function suites(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(`${ROOT}bench`)) {
    if (entry.isFile && entry.name.endsWith(".ts")) names.push(entry.name.slice(0, -3));
  }
  return names.sort();
}
