/**
 * Everything that can be checked without running a notebook: format, lint, types, cells, pairs in step, scripts that are
 * made of sources, links, references and the claims ledger.
 *
 * @module
 */
import { join } from "node:path";
import { readText } from "offprint/files.ts";
import { notebookIds, readPair } from "../pairs/mod.ts";
import { expectedStartHere, START_HERE_ID } from "../pairs/start_here.ts";
import { expectedReadme } from "../readme/mod.ts";
import { checkBundles } from "./bundles.ts";
import { checkForm } from "./cell_form.ts";
import { checkClaims } from "./claims.ts";
import { checkCellLint, checkExamples, checkFormat, checkLint, checkTypes } from "./deno_tools.ts";
import { checkLinks, markdownFiles } from "./links.ts";
import { checkInStep, checkSource, checkWarnings } from "./notebooks.ts";
import { type CheckResult, type CheckStage, inOrder, type Problem } from "./problem.ts";
import { checkUnknownDocuments } from "./unknown_documents.ts";

export { type CheckResult, type CheckStage, printProblem, type Problem } from "./problem.ts";

/** Folders of TypeScript that are checked with the project's own options. */
const FOLDERS = ["lib", "kernels", "bench", "tests"];

/**
 * Checks a whole project; Deno's tools run beside one another.
 *
 * @param root The project's folder.
 * @param onStage Called as each stage is done: a check, or the same check of all notebooks.
 * @returns All results, in a fixed order.
 */
export async function checkProject(
  root: string,
  onStage: (stage: CheckStage) => void = () => {},
): Promise<CheckResult[]> {
  const started = performance.now();
  const ids = await notebookIds(join(root, "notebooks"));
  const pairs = await Promise.all(ids.map((id) => readPair(root, id)));
  const sources = pairs.filter(({ source }) => source !== undefined);

  const cellLint = checkCellLint(root, sources.map(({ sourceName }) => sourceName));
  // A name that the cell lint reports already would be reported again by the type checker.
  const toldByLint = cellLint.then(toldNames);
  const folders = await withTypeScript(root, FOLDERS);
  const checks: [name: string, problems: Promise<Problem[]>, stage?: string][] = [
    ["types", checkTypes(root, ["--doc", ...folders])],
    [
      "types of notebooks",
      withoutRepeats(
        checkTypes(root, sources.map(({ id }) => `${id}.ts`), "notebooks"),
        toldByLint,
      ),
    ],
    ["types of examples in *.md", checkExamples(root, await markdownFiles(root))],
    ["format", checkFormat(root)],
    ["lint", checkLint(root)],
    ...pairs.map((pair): [string, Promise<Problem[]>, string] => [
      `cells of ${pair.id}`,
      Promise.all([checkSource(pair), cellLint]).then(([own, linted]) => [
        ...own,
        ...checkForm(pair),
        ...linted.filter(({ file }) => file === pair.sourceName),
      ]),
      "cells of notebooks",
    ]),
    ...pairs.map((pair): [string, Promise<Problem[]>, string] => [
      `${pair.id} in step`,
      Promise.resolve().then(() => [...checkInStep(pair), ...checkWarnings(pair)]),
      "pairs in step",
    ]),
    ["scripts made of sources", checkBundles(root, pairs)],
    [START_HERE_ID, checkStartHere(root)],
    ["README.md", checkReadme(root)],
    ["links", checkLinks(root, pairs)],
    ["references to unknown documents", checkUnknownDocuments(root)],
  ];
  for (const { id, problems } of await checkClaims(root, pairs)) {
    checks.push([`claims of ${id}`, Promise.resolve(problems), "claims"]);
  }
  const stages = Map.groupBy(checks, ([name, , stage = name]) => stage);
  const done = await Promise.all([...stages].map(async ([name, checks]) => {
    const results = await Promise.all(checks.map(async ([name, problems]) => ({
      name,
      problems: inOrder(await problems),
    })));
    const problems = results.flatMap(({ problems }) => problems);
    const seconds = (performance.now() - started) / 1000;
    onStage({ name, checks: results.length, problems, seconds });
    return results;
  }));
  return done.flat();
}

async function checkStartHere(root: string): Promise<Problem[]> {
  const file = `notebooks/${START_HERE_ID}.ts`;
  let wanted: string | undefined;
  try {
    wanted = await expectedStartHere(root);
  } catch {
    return []; // the ledger has a mistake, which its own check tells
  }
  const { source } = await readPair(root, START_HERE_ID);
  if (wanted === undefined || source === wanted) return [];
  return [{ file, message: "not as generated from data/papers, run deno task sync" }];
}

async function checkReadme(root: string): Promise<Problem[]> {
  let wanted: string | undefined;
  try {
    wanted = await expectedReadme(root);
  } catch {
    return []; // a ledger or a notebook has a mistake, which its own check tells
  }
  if (wanted === undefined || await readText(join(root, "README.md")) === wanted) return [];
  const message = "does not list the verdicts of the committed notebooks, run deno task sync";
  return [{ file: "README.md", message }];
}

/** `file name` of every name about which the cell lint said something. */
function toldNames(problems: Problem[]): Set<string> {
  return new Set(problems.flatMap(({ file, message }) => {
    const name = /^(\S+) is .*\(cells\/(?:declared-twice|use-before-cell)\)$/.exec(message)?.[1];
    return name === undefined ? [] : [`${file} ${name}`];
  }));
}

/** TypeScript's codes for a name declared twice, and for one used before its declaration. */
const OF_NAMES = /^TS(?:2300|2440|2448|2449|2450|2451|2454) .*'([^']+)'/;

/** Leaves out what TypeScript says about names that the cell lint has reported with both cells. */
async function withoutRepeats(
  problems: Promise<Problem[]>,
  toldByLint: Promise<Set<string>>,
): Promise<Problem[]> {
  const told = await toldByLint;
  return (await problems).filter(({ file, message }) => {
    const name = OF_NAMES.exec(message)?.[1];
    return name === undefined || !told.has(`${file} ${name}`);
  });
}

async function withTypeScript(root: string, folders: readonly string[]): Promise<string[]> {
  const has = async (folder: string): Promise<boolean> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (name.endsWith(".ts") || (isDirectory && await has(join(folder, name)))) return true;
    }
    return false;
  };
  const kept = await Promise.all(
    folders.map((folder) => has(join(root, folder)).catch(() => false)),
  );
  return folders.filter((_, index) => kept[index]);
}
