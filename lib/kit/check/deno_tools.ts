/**
 * Deno's own formatter, linter and type checker, run as child processes and read into problems.
 *
 * @module
 */
import { exists } from "offprint/files.ts";
import { runToEnd } from "offprint/process/mod.ts";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Problem } from "./problem.ts";

/** What a `deno` child said. */
interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

async function deno(cwd: string, args: string[]): Promise<Said> {
  return await runToEnd(Deno.execPath(), args, { cwd, env: { NO_COLOR: "1" } });
}

/** Whether everything that the project's `deno.json` includes is formatted. */
export async function checkFormat(root: string): Promise<Problem[]> {
  const said = await deno(root, ["fmt", "--check"]);
  return readFormat(root, said);
}

/** Lint of everything that the project's `deno.json` includes, sources of notebooks left out. */
export async function checkLint(root: string): Promise<Problem[]> {
  return readLint(root, await deno(root, ["lint", "--json"]));
}

/** Lint of sources of notebooks, with the cell lint. `files`: paths from the root. */
export async function checkCellLint(root: string, files: readonly string[]): Promise<Problem[]> {
  if (files.length === 0) return [];
  const config = fileURLToPath(new URL("./cell_lint.json", import.meta.url));
  const paths = files.map((file) => join(root, file));
  return readLint(root, await deno(root, ["lint", "--json", "--config", config, ...paths]));
}

/**
 * Types of some folders or files. With `inFolder`, in that folder and by its `deno.json`: sources of notebooks are checked
 * with the options that the kernel's folder has.
 */
export async function checkTypes(
  root: string,
  paths: readonly string[],
  inFolder = ".",
): Promise<Problem[]> {
  if (paths.length === 0) return [];
  const locked = inFolder === "." && await exists(join(root, "deno.lock"))
    ? ["--lock=deno.lock", "--frozen"]
    : [];
  return readTypes(root, await deno(join(root, inFolder), ["check", ...locked, ...paths]));
}

/** Types of the `ts` blocks in Markdown files, each block as a module of its own. `files`: paths from the root. */
export async function checkExamples(root: string, files: readonly string[]): Promise<Problem[]> {
  return await checkTypes(root, files.length === 0 ? [] : ["--doc-only", ...files]);
}

/** Reads `deno fmt --check`: one problem for each file, at its first line that would change. */
export function readFormat(root: string, { code, stderr }: Said): Problem[] {
  const problems: Problem[] = [];
  const lines = stderr.split("\n");
  for (const [index, line] of lines.entries()) {
    const unformatted = /^from (.+):$/.exec(line);
    if (unformatted !== null) {
      const changed = lines.slice(index + 1).map((text) => /^\s*(\d+) \| [-+]/.exec(text))
        .find((match) => match !== null);
      problems.push({
        file: inProject(root, unformatted[1]!),
        ...(changed === undefined ? {} : { line: Number(changed[1]) }),
        message: "not formatted, run deno fmt",
      });
    }
    const unparsed = /^Error checking: (.+)$/.exec(line);
    if (unparsed !== null) {
      const place = lines.slice(index + 1).map((text) => /:(\d+):\d+$/.exec(text))
        .find((match) => match !== null);
      problems.push({
        file: inProject(root, unparsed[1]!),
        ...(place === undefined ? {} : { line: Number(place[1]) }),
        message: `cannot be formatted: ${lines[index + 1]?.trim()}, correct it`,
      });
    }
  }
  return withFallback(problems, "deno fmt --check", code, stderr);
}

interface LintReport {
  diagnostics: {
    filename: string;
    range: { start: { line: number } };
    message: string;
    code: string;
    hint: string | null;
  }[];
  errors: { file_path: string; message: string }[];
}

/** Reads `deno lint --json`. */
export function readLint(root: string, { code, stdout, stderr }: Said): Problem[] {
  let report: LintReport;
  try {
    report = JSON.parse(stdout);
  } catch {
    return withFallback([], "deno lint", code, stderr);
  }
  const problems: Problem[] = report.diagnostics.map((diagnostic) => ({
    file: inProject(root, diagnostic.filename),
    line: diagnostic.range.start.line,
    message: `${diagnostic.message}${diagnostic.hint ? `, ${lowerFirst(diagnostic.hint)}` : ""}` +
      ` (${diagnostic.code})`,
  }));
  for (const { file_path, message } of report.errors) {
    const place = /:(\d+):\d+\s*$/.exec(message);
    problems.push({
      file: inProject(root, file_path),
      ...(place === null ? {} : { line: Number(place[1]) }),
      message: `${message.split("\n")[0]}, correct it`,
    });
  }
  return withFallback(problems, "deno lint", code, stderr);
}

/** Reads `deno check`: one problem for each diagnostic, at the place it names. */
export function readTypes(root: string, { code, stderr }: Said): Problem[] {
  const problems: Problem[] = [];
  let message: string | undefined;
  for (const line of stderr.split("\n")) {
    const start = /^(TS\d+ )\[(?:ERROR|WARNING)\]: (.*)$/.exec(line) ??
      /^(error: )(?!Type checking failed)(.*)$/.exec(line);
    if (start !== null) message = `${start[1]!.replace("error: ", "")}${start[2]}`;
    const place = /^\s+at (file:\S+?):(\d+):\d+$/.exec(line);
    if (place === null || message === undefined) continue;
    // A block of a Markdown file is reported as "README.md#100-103.ts": its lines count from after the fence.
    const block = /^(.+\.md)#(\d+)-\d+\.ts$/.exec(place[1]!);
    problems.push({
      file: inProject(root, block?.[1] ?? place[1]!),
      line: Number(place[2]) + Number(block?.[2] ?? 0),
      message: `${message.replace(/\.$/, "")}, correct the types`,
    });
    message = undefined;
  }
  return withFallback(problems, "deno check", code, stderr);
}

/** A tool that failed without a place in a file is reported by the first line of what it said. */
function withFallback(problems: Problem[], tool: string, code: number, stderr: string): Problem[] {
  if (code === 0 || problems.length > 0) return problems;
  const said = stderr.split("\n").map((line) => line.trim()).find((line) => /^error/i.test(line)) ??
    stderr.trim().split("\n")[0] ?? "";
  return [{ file: "deno.json", message: `${tool} failed (exit code ${code}): ${said}` }];
}

/** A path or file URL as a path from the root, with slashes. */
function inProject(root: string, place: string): string {
  const path = place.startsWith("file:") ? fileURLToPath(place) : place;
  return relative(root, path).replaceAll(sep, "/");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
