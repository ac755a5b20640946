/**
 * References to documents that a reader of this project does not have: a number in a list of rules, properties or
 * controls, a section of a design. A sentence has to say the thing itself.
 *
 * @module
 */
import { join } from "node:path";
import { readText } from "offprint/files.ts";
import type { Problem } from "./problem.ts";

/** What such a reference looks like. Sections of the papers ("paper, §4.2") are not meant. */
const REFERENCES = [
  /\bdesign,? §\s?\d/,
  /\b(?:the|our|paper's) spec(?:ification)?(?:'s\b|[.,;:)"]|$)/,
  /\b(?:[Pp]ropert(?:y|ies)|[Cc]ontrols?|[Rr]ules?|[Ss]pec|[Ss]imulations?) [A-Z]\d{1,2}[a-z]?\b/,
  /\bDeno\.test\("[A-Z]\d{1,2}[a-z]?[:,]? /,
];

const ENDINGS = /\.(?:ts|md|c|h|sh)$/;
/** The only JSON that readers see as text; the rest is data. */
const LEDGER = /^data\/papers\/[^/]+\.json$/;
const SKIPPED = new Set(["node_modules", "out"]);

/** Every line of sources, prose and claims that refers to such a document. */
export async function checkUnknownDocuments(root: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  for await (const file of textFiles(root, "")) {
    const lines = (await readText(join(root, file))).split("\n");
    lines.forEach((text, at) => {
      const reference = REFERENCES.map((one) => one.exec(text)?.[0]).find((found) =>
        found !== undefined
      );
      if (reference === undefined) return;
      const message =
        `"${reference.trim()}" is in no document that readers have, say what it means`;
      problems.push({ file, line: at + 1, message });
    });
  }
  return problems;
}

async function* textFiles(root: string, folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(join(root, folder))) {
    if (name.startsWith(".") || SKIPPED.has(name)) continue;
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) yield* textFiles(root, path);
    else if (isFile && (ENDINGS.test(name) || LEDGER.test(path))) yield path;
  }
}
