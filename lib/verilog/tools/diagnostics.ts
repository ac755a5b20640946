/**
 * Tool messages in a form that does not change with the tool's version, the folder or the hour.
 *
 * @module
 */

/** One message. */
export interface Diagnostic {
  severity: "error" | "warning";
  /** Line of the file, when the message has one. */
  line?: number;
  message: string;
}

/**
 * The errors and warnings of a tool's log. Colours, banners, times, memory, hashes and progress are left
 * out; paths become file names; generated names such as `$add$m.v:12$5` become `$add@12`. The same
 * message is kept once.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { diagnosticsOf } from "offprint/verilog/tools/mod.ts";
 *
 * assertEquals(diagnosticsOf("/tmp/x1/m.v:11: ERROR: syntax error, unexpected TOK_ELSE\n"), [
 *   { severity: "error", line: 11, message: "syntax error, unexpected TOK_ELSE" },
 * ]);
 * ```
 */
export function diagnosticsOf(log: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  // deno-lint-ignore no-control-regex
  for (const raw of log.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "").split(/\r?\n/)) {
    const line = normalised(raw.trim());
    const parsed = yosys(line) ?? icarus(line) ?? verilator(line);
    if (parsed === undefined) continue;
    const key = JSON.stringify(parsed);
    if (seen.has(key)) continue;
    seen.add(key);
    found.push(parsed);
  }
  return found;
}

/** Diagnostics as they are in a record: one a line. */
export function diagnosticText(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(({ severity, line, message }) =>
    `${line === undefined ? "" : `line ${line}: `}${severity}: ${message}\n`
  ).join("");
}

function normalised(line: string): string {
  return line
    .replace(/\\?\$(\w+)\$(?:[^\s$:]*[\\/])?[\w.-]+:(\d+)(?:\.\d+-\d+\.\d+)?(?:\$\d+)+/g, "$$$1@$2")
    .replace(/(?:[A-Za-z]:)?(?:[\w.~-]*[\\/])+([\w-]+\.s?vh?)\b/g, "$1")
    // What a parser would rather have seen changes with every version of its grammar.
    .replace(/(syntax error, unexpected .*?), expecting .*$/, "$1")
    .replace(/\$(procdff|auto)\$\d+/g, "$$$1")
    .replace(/\b([\w-]+\.s?vh?:\d+)\.\d+-\d+\.\d+/g, "$1");
}

/** `m.v:11: ERROR: text`, `Warning: text at m.v:8.`, `ERROR: text` */
function yosys(line: string): Diagnostic | undefined {
  const match = /^(?:([\w-]+\.s?vh?):(\d+): )?(ERROR|Warning): (.*)$/.exec(line);
  if (match === null) return undefined;
  const inner = match[2] ?? /\bat [\w-]+\.s?vh?:(\d+)/.exec(match[4]!)?.[1];
  return {
    severity: match[3] === "ERROR" ? "error" : "warning",
    ...(inner === undefined ? {} : { line: Number(inner) }),
    message: match[4]!,
  };
}

/** `m.v:11: syntax error`, `m.v:12: error: text`, `m.v:3: warning: text` */
function icarus(line: string): Diagnostic | undefined {
  const match = /^[\w-]+\.s?vh?:(\d+): (?:(error|warning|sorry): )?(.*)$/.exec(line);
  if (match === null || match[3] === "") return undefined;
  return {
    severity: match[2] === "warning" ? "warning" : "error",
    line: Number(match[1]),
    message: match[3]!,
  };
}

/** `%Error: m.v:14:18: text`, `%Warning-WIDTH: m.v:5:3: text`; the warning's name goes before its text. */
function verilator(line: string): Diagnostic | undefined {
  const match = /^%(Error|Warning)(?:-(\w+))?: [\w-]+\.s?vh?:(\d+):(?:\d+:)? (.*)$/.exec(line);
  if (match === null) return undefined;
  return {
    severity: match[1] === "Error" ? "error" : "warning",
    line: Number(match[3]),
    message: match[2] === undefined ? match[4]! : `${match[2]}: ${match[4]}`,
  };
}
