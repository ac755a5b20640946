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
  type Evaluation,
  evaluationOf,
  examine,
  type OwnProgram,
  readOwnProgram,
  type Role,
  ROLES,
  shareOf,
  TOTAL_TOKENS,
} from "offprint/evaluators/mod.ts";
import {
  modelAnswers,
  modelEstimate,
  type ModelQuestions,
} from "offprint/evaluators/models/mod.ts";
import { exists, readText } from "offprint/files.ts";
import { javascriptSandbox, type SandboxPool } from "offprint/sandbox/mod.ts";
import { lineAt } from "offprint/syntax/mod.ts";
import type { Command } from "../kit/command.ts";
import { SERVER_OPTIONS, serverOptions } from "../kit/server_options.ts";

const USAGE = `deno task evaluate FILE… [options]
deno task evaluate FILE… --endpoint URL --model NAME [--rewrite N] [options]

Asks evaluators for their opinion of one function: syntax, logic, correctness, readability, runtime and
redundancy. FILE is JavaScript or TypeScript without imports; it is run in a process without permissions. A file
NAME.json beside NAME.js may say what is known about the function; every field is optional, and without the file
nothing is run:

  {"examples": [[[7], 3]], "exponent": 0, "input": "(n, r) => [r(n)]",
   "relations": {"twice": "(f, a) => 2 * f(a[0]) <= a[0]"}}

  --entry NAME    which function (default: the first one)
  --task FILE     another file in place of NAME.json
  --roles NAMES   with commas (default: all)
  --tokens N      budget of all texts together (default 3600)
  --work N        budget of parser nodes and executed statements together (default: no limit)
  --json          print JSON
  --help          this text

With --endpoint a model behind an OpenAI-compatible server gives the opinions, one call a role; what that may cost is said
before the first call. Its key is taken from OPENAI_API_KEY.
  --rewrite N     let it rewrite the program N times by its own opinions, and print the last one
  --generalist    one call for all roles, with all the tokens
  --store FOLDER  keep every exchange there (default out/chat); what is there is not asked again
  --replay        answer from the store alone, without a network
  --max-calls N, --max-total-tokens N, --answer-seconds N, --tries N, --limit-field NAME, --omit FIELDS
                  as in deno task solve --help
  --seed N        default 1

Exit code 1 when a role says FAIL, 0 when none does.

Examples
  deno task evaluate half.ts
  deno task evaluate search.js --roles syntax,correctness --json
  deno task evaluate half.ts --endpoint http://127.0.0.1:8080/v1 --model small --rewrite 10`;

/** The command. */
export const command: Command = {
  name: "evaluate",
  summary: "judge a function of your own",
  usage: USAGE,
  run,
};

/** What is asked for. */
interface Asked {
  entry: string | undefined;
  task: string | undefined;
  roles: readonly Role[];
  budget: Budget;
  model: ModelQuestions | undefined;
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
    /** How a model's answer could be read, where it was not. */
    parse?: string;
  }[];
  rewritten?: string;
  /** Rewrites that held no program, by why. */
  none?: Record<string, number>;
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
    rewrite: text,
    seed: text,
    generalist: { type: "boolean" },
    replay: { type: "boolean" },
    ...Object.fromEntries(SERVER_OPTIONS.map((name) => [name, text])),
  }, true);
  if (positionals.length === 0) {
    throw new UserError({ what: "evaluate", got: undefined, expected: "at least one file" });
  }
  const number = (name: string, otherwise: number, low = 1): number =>
    values[name] === undefined
      ? otherwise
      : wholeNumber(`evaluate --${name}`, values[name] as string, low);
  const roles = rolesOf(values["roles"] as string | undefined);
  const budget = { tokens: number("tokens", TOTAL_TOKENS), work: number("work", Infinity) };
  const asked: Asked = {
    entry: values["entry"] as string | undefined,
    task: values["task"] as string | undefined,
    roles,
    budget,
    model: modelOf(values, roles, budget, number),
  };
  if (asked.model !== undefined) console.error(modelEstimate(asked.model));
  await using sandbox = javascriptSandbox();
  const all: Opinions[] = [];
  for (const file of positionals) all.push(await opinionsOfFile(file, asked, sandbox));
  if (values["json"] === true) console.log(JSON.stringify(all, undefined, 2));
  else for (const opinions of all) console.log(textOf(opinions));
  return all.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

/** What a model is asked for, where one is named. */
function modelOf(
  values: Record<string, unknown>,
  roles: readonly Role[],
  { tokens }: Budget,
  number: (name: string, otherwise: number, low?: number) => number,
): ModelQuestions | undefined {
  const { endpoint, model, replay, generalist } = values;
  if (endpoint === undefined && model === undefined) return undefined;
  if (endpoint === undefined || model === undefined) {
    throw new UserError({
      what: "evaluate",
      got: endpoint === undefined ? "--model alone" : "--endpoint alone",
      expected: "both --endpoint URL and --model NAME",
    });
  }
  return {
    client: {
      ...serverOptions(values as Parameters<typeof serverOptions>[0], number),
      replay: replay === true,
    },
    roles,
    generalist: generalist === true,
    tokens,
    rewrites: number("rewrite", 0, 0),
    seed: number("seed", 1, 0),
  };
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
  const own = await ownProgram(file, asked);
  const { opinions, rewritten, none } = asked.model === undefined
    ? { opinions: await analysed(own, asked, sandbox), rewritten: undefined, none: {} }
    : { rewritten: undefined, ...await modelAnswers(own, asked.model) };
  const text = rewritten ?? own.text;
  const roles = opinions.map(({ role, verdict, cost, truncated, findings, parse }) => ({
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
    ...(parse === "ok" ? {} : { parse }),
  }));
  const fails = roles.some(({ verdict }) => verdict === "fail");
  return {
    file,
    entry: own.task.entry,
    verdict: fails ? "fail" : "pass",
    roles,
    ...(rewritten === undefined ? {} : { rewritten }),
    ...(Object.keys(none).length === 0 ? {} : { none }),
  };
}

/** The six analysers, each with its share of the budget. */
async function analysed(
  { task, text }: OwnProgram,
  { roles, budget }: Asked,
  sandbox: SandboxPool,
): Promise<Evaluation[]> {
  const examination = await examine(task, text, sandbox);
  const share = shareOf(budget, roles.length);
  return roles.map((role) => evaluationOf(text, role, examination, share));
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

function textOf({ file, entry, verdict, roles, rewritten, none = {} }: Opinions): string {
  const lines = roles.flatMap(({ role, verdict: own, work, truncated, findings, parse }) => [
    `  ${role.padEnd(13)}${own.toUpperCase().padEnd(8)}${work === 0 ? "" : `${work} steps`}${
      truncated ? ", cut by its budget" : ""
    }${parse === undefined ? "" : ` (${parse})`}`,
    ...findings.map(({ line, severity, message }) => `      line ${line}: ${severity}: ${message}`),
  ]);
  const lost = Object.entries(none).map(([why, count]) =>
    `  ${count} rewrites held no program: ${why}`
  );
  return [
    `${file}: ${entry}: ${verdict.toUpperCase()}`,
    ...lines,
    ...lost,
    ...(rewritten === undefined ? [] : ["", rewritten]),
  ].join("\n");
}
