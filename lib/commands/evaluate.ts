/**
 * `deno task evaluate FILE…`: six opinions of a user's own functions.
 *
 * @module
 */
import { basename } from "node:path";
import { parse, wholeNumber } from "offprint/command_line.ts";
import { UserError } from "offprint/errors.ts";
import {
  type Budget,
  evaluationOf,
  examine,
  type OwnProgram,
  readOwnProgram,
  type Role,
  ROLES,
  shareOf,
} from "offprint/evaluators/mod.ts";
import { exists, readText } from "offprint/files.ts";
import { javascriptSandbox, type SandboxPool } from "offprint/sandbox/mod.ts";
import { lineAt } from "offprint/syntax/mod.ts";
import type { Command } from "./command.ts";

const USAGE = `deno task evaluate FILE… [options]

Asks six evaluators for their opinion of one function: syntax, logic, correctness, readability, runtime and redundancy. FILE is JavaScript or
TypeScript without imports; it is run in a process without permissions. A file NAME.json beside NAME.js may say what is
known about the function; every field is optional, and without the file nothing is run:

  {"examples": [[[7], 3]], "exponent": 0, "input": "(n, r) => [r(n)]",
   "relations": {"twice": "(f, a) => 2 * f(a[0]) <= a[0]"}}

  --entry NAME    which function (default: the first one)
  --task FILE     another file in place of NAME.json
  --roles NAMES   with commas (default: all six)
  --tokens N      budget of all texts together (default 3600)
  --work N        budget of parser nodes and executed statements together (default: no limit)
  --json          print JSON
  --help          this text

Exit code 1 when a role says FAIL, 0 when none does.

Examples
  deno task evaluate half.ts
  deno task evaluate search.js --roles syntax,correctness --json`;

/** The command. */
export const command: Command = {
  name: "evaluate",
  summary: "judge a function of your own: six evaluators",
  usage: USAGE,
  run,
};

/** What is asked for. */
interface Asked {
  entry: string | undefined;
  task: string | undefined;
  roles: readonly Role[];
  budget: Budget;
}

/** Opinions of one file. */
interface Opinions {
  file: string;
  entry: string;
  verdict: "pass" | "fail";
  roles: {
    role: string;
    verdict: string;
    work: number;
    truncated: boolean;
    findings: { line: number; severity: string; category: string; message: string }[];
  }[];
}

async function run(args: string[]): Promise<number> {
  const text = { type: "string" } as const;
  const { values, positionals } = parse("evaluate", args, {
    entry: text,
    task: text,
    roles: text,
    tokens: text,
    work: text,
    json: { type: "boolean" },
  }, true);
  if (positionals.length === 0) {
    throw new UserError({ what: "evaluate", got: undefined, expected: "at least one file" });
  }
  const number = (name: string, otherwise: number): number =>
    values[name] === undefined
      ? otherwise
      : wholeNumber(`evaluate --${name}`, values[name] as string, 1);
  const asked: Asked = {
    entry: values["entry"] as string | undefined,
    task: values["task"] as string | undefined,
    roles: rolesOf(values["roles"] as string | undefined),
    budget: { tokens: number("tokens", 3600), work: number("work", Infinity) },
  };
  await using sandbox = javascriptSandbox();
  const all: Opinions[] = [];
  for (const file of positionals) all.push(await opinionsOfFile(file, asked, sandbox));
  if (values["json"] === true) console.log(JSON.stringify(all, undefined, 2));
  else for (const opinions of all) console.log(textOf(opinions));
  return all.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

function rolesOf(names: string | undefined): readonly Role[] {
  if (names === undefined) return ROLES;
  const asked = names.split(",").map((name) => name.trim());
  const unknown = asked.find((name) => !(ROLES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new UserError({
      what: "evaluate --roles",
      got: unknown,
      expected: `some of ${ROLES.join(", ")}, with commas`,
    });
  }
  return ROLES.filter((role) => asked.includes(role));
}

async function opinionsOfFile(file: string, asked: Asked, sandbox: SandboxPool): Promise<Opinions> {
  const { task, text } = await ownProgram(file, asked);
  const examination = await examine(task, text, sandbox);
  const share = shareOf(asked.budget, asked.roles.length);
  const roles = asked.roles.map((role) => {
    const { verdict, cost, truncated, findings } = evaluationOf(text, role, examination, share);
    return {
      role,
      verdict,
      work: cost.work,
      truncated,
      findings: findings.map(({ span, severity, category, message }) => ({
        line: lineAt(text, span.start),
        severity,
        category,
        message,
      })),
    };
  });
  const fails = roles.some(({ verdict }) => verdict === "fail");
  return { file, entry: task.entry, verdict: fails ? "fail" : "pass", roles };
}

async function ownProgram(file: string, { entry, task }: Asked): Promise<OwnProgram> {
  const source = await readText(file);
  const beside = file.replace(/\.[jt]s$/, ".json");
  const taskFile = task ?? (beside !== file && await exists(beside) ? beside : undefined);
  return await readOwnProgram(source, {
    file: basename(file),
    ...(entry === undefined ? {} : { entry }),
    ...(taskFile === undefined ? {} : { taskFile, taskText: await readText(taskFile) }),
  });
}

function textOf({ file, entry, verdict, roles }: Opinions): string {
  const lines = roles.flatMap(({ role, verdict: own, work, truncated, findings }) => [
    `  ${role.padEnd(13)}${own.toUpperCase().padEnd(6)}${String(work).padStart(9)} steps${
      truncated ? ", cut by its budget" : ""
    }`,
    ...findings.map(({ line, severity, message }) => `      line ${line}: ${severity}: ${message}`),
  ]);
  return [`${file}: ${entry}: ${verdict.toUpperCase()}`, ...lines].join("\n");
}
