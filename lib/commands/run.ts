/**
 * `deno task run`: the papers, executed.
 *
 * @module
 */
import { join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { parse, wholeNumber } from "offprint/command_line.ts";
import type { Command } from "../kit/command.ts";
import { Ending } from "offprint/terminal.ts";
import { checkedOutput } from "../kit/outputs.ts";
import { parametersText } from "../kit/pairs/mod.ts";
import { ROOT } from "../kit/project.ts";
import {
  earlierSeconds,
  notebookParameters,
  type NotebookRun,
  type Profile,
  runNotebooks,
  RunProgress,
  sizedStandardError,
  slowestCells,
} from "../kit/runner/mod.ts";

const NOTEBOOKS = join(ROOT, "notebooks");

const USAGE = `deno task run [ID…] [options]

Executes notebooks in the Deno Jupyter kernel, one kernel each, in parallel, and prints the table of
their claims. Notebooks that measure time wait with it until nothing else runs. Writes out/notebooks/ID.ipynb, out/site/index.html and out/report.json. What runs is
notebooks/ID.ts as it is now. The site shows all other notebooks as they are committed.

Arguments:
  ID…              notebooks: 02, or 02-specdec-theory; none = all

Options:
  --set NAME=VALUE a parameter's value, for this run; may be given several times. deno task run 02 --help
                   lists the parameters of notebook 02
  --profile NAME   quick or full: sets the parameter "profile" where a notebook has it
  --jobs N         kernels at the same time (default: one for each core)
  --write          refresh the committed notebooks/ID.ipynb of those that pass
  --check          compare with the committed notebooks; a difference is a failure
  --no-timing      leave out cells that measure time (tag "timing"); no other cell depends on them
  --profile-cells  at the end, the ten cells that took longest
  --json           print the report as JSON on stdout, everything else on stderr
  --out DIR        write there instead of out/
  --help           this text

The last line is "N passed, N failed". Exit code 1 when a cell fails, a kernel dies or hangs, an
identity claim is broken or --check finds a difference; 2 for a wrong argument; 130 after Ctrl-C.`;

/** The command on the project's own notebooks. */
export const command: Command = {
  name: "run",
  summary: "rerun the papers: execute notebooks, write out/, print the claims table",
  usage,
  run: (args) => run(args, NOTEBOOKS),
};

/** The text of `--help`, with the parameters of the notebooks that are named beside it. */
async function usage(args: readonly string[] = []): Promise<string> {
  const parts = [USAGE];
  const ids = idsIn(args);
  const named = ids.length === 0 ? [] : await notebookParameters(NOTEBOOKS, ids);
  for (const [id, parameters] of named) {
    parts.push(`Parameters of ${id}, for --set:\n${parametersText(parameters) || "  none"}`);
  }
  return parts.join("\n\n");
}

/** The notebooks that are named; none where other arguments are wrong, since help is all that is asked for. */
function idsIn(args: readonly string[]): string[] {
  try {
    return readArguments(args.filter((each) => each !== "--help" && each !== "-h")).ids;
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

interface Arguments {
  ids: string[];
  set: Record<string, string>;
  profile: Profile | undefined;
  jobs: number | undefined;
  write: boolean;
  check: boolean;
  noTiming: boolean;
  profileCells: boolean;
  json: boolean;
  outDir: string;
}

/**
 * The command on the notebooks of any folder.
 *
 * @returns The exit code.
 * @throws {UserError} for a wrong argument.
 */
export async function run(args: string[], folder: string): Promise<number> {
  const { json, profile, jobs, profileCells, ...given } = readArguments(args);
  await checkedOutput({ option: "--out", path: given.outDir, kind: "folder" });
  const ending = new Ending();
  const progress = new RunProgress(sizedStandardError());
  try {
    const running = runNotebooks({
      ...given,
      folder,
      earlierSeconds: await earlierSeconds(join(given.outDir, "report.json")),
      ...(profile === undefined ? {} : { profile }),
      ...(jobs === undefined ? {} : { jobs }),
      signal: ending.signal,
      onEvent: (event) => progress.onEvent(event),
    });
    // What the end needs is loaded while the kernels work.
    const finishing = import("../kit/runner/finish_run.ts");
    finishing.catch(() => {});
    const { papers } = await running;
    progress.close();
    const { finishRun } = await finishing;
    const folders = { notebooks: folder, out: given.outDir };
    const broken = await finishRun(papers, folders, json, ending.signal);
    if (given.write) await (await import("../kit/readme/mod.ts")).writeReadme(join(folder, ".."));
    if (profileCells) (json ? console.error : console.log)(slowestCells(papers));
    return ending.exitCode ?? closing(papers, broken, json);
  } catch (error) {
    progress.close();
    if (ending.exitCode === undefined) throw error;
    console.error("interrupted; all kernels were ended");
    return ending.exitCode;
  } finally {
    ending.close();
  }
}

/** @param broken One line for each file of the ledger that could not be read. */
function closing(papers: readonly NotebookRun[], broken: readonly string[], json: boolean): number {
  const say = json ? console.error : console.log;
  const failed = papers.filter(({ ok }) => !ok);
  for (const { id, errors } of failed) {
    const [first, ...others] = errors;
    const cell = first?.cell === null ? "" : `cell "${first?.cell}": `;
    const more = others.length === 0 ? "" : ` (+${others.length} more)`;
    say(`failed: ${id}: ${cell}${first?.message.split("\n")[0]}${more}`);
  }
  for (const message of broken) say(`failed: ${message}`);
  const failures = failed.length + broken.length;
  say(`${papers.length - failed.length} passed, ${failures} failed`);
  return failures === 0 ? 0 : 1;
}

function readArguments(args: string[]): Arguments {
  const { values, positionals } = parse("run", args, {
    set: { type: "string", multiple: true },
    profile: { type: "string" },
    jobs: { type: "string" },
    write: { type: "boolean" },
    check: { type: "boolean" },
    "no-timing": { type: "boolean" },
    "profile-cells": { type: "boolean" },
    json: { type: "boolean" },
    out: { type: "string" },
  }, true);
  const set = Object.fromEntries([values["set"] ?? []].flat().map((text) => pair(String(text))));
  const { profile } = values;
  if (profile !== undefined && profile !== "quick" && profile !== "full") {
    throw new UserError({
      what: "--profile",
      got: profile,
      expected: "quick or full",
      todo: "Leave it out for the values in the notebooks.",
    });
  }
  const write = values["write"] === true;
  const check = values["check"] === true;
  const committing = write ? "--write" : check ? "--check" : undefined;
  const changing = Object.keys(set).length > 0 ? "--set" : profile === "full" && "--profile full";
  if (committing !== undefined && changing) {
    throw new UserError({
      what: committing,
      got: changing,
      expected: "the parameters of the committed notebooks",
      todo: `Leave one of ${committing} and ${changing} out.`,
    });
  }
  if (write && check) {
    throw new UserError({
      what: "--check",
      got: new Described("--write as well"),
      expected: "one of the two, because --check compares with the files that --write replaces",
      todo: "Run --write first, then --check.",
    });
  }
  return {
    ids: positionals,
    set,
    profile,
    jobs: values["jobs"] === undefined
      ? undefined
      : wholeNumber("--jobs", String(values["jobs"]), 1, 256),
    write,
    check,
    noTiming: values["no-timing"] === true,
    profileCells: values["profile-cells"] === true,
    json: values["json"] === true,
    outDir: values["out"] === undefined ? join(ROOT, "out") : String(values["out"]),
  };
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1)];
  throw new UserError({
    what: "--set",
    got: text,
    expected: "NAME=VALUE",
    todo: "Write for example --set seed=2.",
  });
}
