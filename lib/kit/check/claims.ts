/**
 * The claims ledger: every file of it valid, and in agreement with the notebook that makes its claims.
 *
 * @module
 */
import { join } from "node:path";
import { messageOf, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { type Paper, parsePaper } from "offprint/notebook/claims/ledger.ts";
import { type Pair, scanPercent } from "../pairs/mod.ts";
import type { Problem } from "./problem.ts";

/** A ledger file and what is wrong with it. */
export interface CheckedPaper {
  /** `02-specdec-theory` */
  id: string;
  problems: Problem[];
}

/**
 * Checks `data/papers/*.json`: the schema, the file's name, that the notebook exists and that its claims are the ledger's.
 */
export async function checkClaims(root: string, pairs: readonly Pair[]): Promise<CheckedPaper[]> {
  const checked: CheckedPaper[] = [];
  for (const name of await ledgerFiles(root)) {
    const file = `data/papers/${name}`;
    const id = name.replace(/\.json$/, "");
    const problems: Problem[] = [];
    checked.push({ id, problems });
    try {
      const paper = parsePaper(JSON.parse(await readText(join(root, file))), file);
      if (paper.id !== id) {
        const message = `the file of "${paper.id}", rename it or correct the id`;
        problems.push({ file, message });
      }
      problems.push(...withNotebook(paper, file, pairs));
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof SyntaxError)) throw error;
      const message = messageOf(error).replace(/^data\/papers\/[^:]*:\s*/, "");
      problems.push({
        file,
        message: error instanceof UserError ? message : `not JSON: ${message}`,
      });
    }
  }
  return checked;
}

/** A text literal that looks like a claim's id: `"02.theorem-1"`. */
const CLAIM_ID = /(["'`])(\d\d\.[a-z][a-z0-9-]*)\1/g;

function withNotebook(paper: Paper, file: string, pairs: readonly Pair[]): Problem[] {
  const pair = pairs.find(({ id }) => id === (paper.notebook ?? paper.id));
  if (paper.notebook === null) {
    return pair === undefined ? [] : [{
      file,
      message: `notebook is null but ${pair.sourceName} exists, name it there`,
    }];
  }
  if (pair?.source === undefined) {
    const message = `there is no notebooks/${paper.notebook}.ts, set notebook to null or add it`;
    return [{ file, message }];
  }
  const used = new Map<string, number>();
  for (const { cell, line } of scanPercent(pair.source, pair.sourceName).cells) {
    if (cell.cell_type !== "code") continue;
    for (const match of cell.source.matchAll(CLAIM_ID)) {
      const before = cell.source.slice(0, match.index).split("\n").length;
      if (!used.has(match[2]!)) used.set(match[2]!, line + before);
    }
  }
  const known = new Set(paper.claims.map(({ id }) => id));
  const unknown = [...used].filter(([id]) => !known.has(id)).map(([id, line]): Problem => ({
    file: pair.sourceName,
    line,
    message: `claim "${id}" is not in ${file}, add it there or correct the id`,
  }));
  const unused = paper.claims.filter(({ id }) => !used.has(id)).map(({ id }): Problem => ({
    file,
    message: `claim "${id}" is not made in ${pair.sourceName}, call claim("${id}", …) there`,
  }));
  return [...unknown, ...unused];
}

async function ledgerFiles(root: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(join(root, "data", "papers"))) {
      if (name.endsWith(".json")) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}
