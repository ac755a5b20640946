/**
 * What is wrong with a query: all of it, so that it can be mended in one go.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { type Query, QUERY_MODES } from "./query.ts";
import { isGraph, shownGraphs, shownModules, shownPort } from "./shown_words.ts";

/** The errors of the language, in the order in which they are reported. */
export const QUERY_ERRORS = [
  "E_VISION",
  "E_MODE",
  "E_EMPTY",
  "E_ONLY",
  "E_WORD",
  "E_PORT",
  "E_DUP",
] as const;

/** One of them. */
export type QueryErrorCode = typeof QUERY_ERRORS[number];

/** Something that is wrong with a query. */
export interface QueryError {
  code: QueryErrorCode;
  /** In one line: what was got, and what was expected. */
  message: string;
}

/** How a query's diagrams reach the model: as pictures, as text, or both. */
export type QueryForm = "pictures" | "text" | "both";

/** A query that is not compiled; `errors` has everything that is wrong with it. */
export class QueryRefused extends UserError {
  constructor(readonly query: string, readonly errors: readonly QueryError[]) {
    super({
      what: `query ${query}`,
      got: new Described(errors.map(({ code, message }) => `${code} (${message})`).join("; ")),
      expected: "a query without errors",
    });
  }
}

/**
 * Everything that is wrong with a query; empty where nothing is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { query, queryErrors } from "offprint/papers/chipgptv/query/mod.ts";
 *
 * const blind = query("blind", { mode: "gate", language: "lm" }).image("p.png", "block");
 * assertEquals(queryErrors(blind.query).map(({ code }) => code), ["E_VISION", "E_EMPTY"]);
 * ```
 */
export function queryErrors(query: Query, form: QueryForm = "pictures"): QueryError[] {
  const errors: QueryError[] = [];
  const report = (code: QueryErrorCode, message: string) => errors.push({ code, message });
  const { mode, vision, images, functions, ports, only } = query;
  if (images.length > 0 && vision === undefined && form !== "text") {
    report(
      "E_VISION",
      `${images.length} pictures and no vision model, expected one that sees them`,
    );
  }
  if (!QUERY_MODES.includes(mode)) {
    report("E_MODE", `mode ${JSON.stringify(mode)}, expected ${QUERY_MODES.join(", ")}`);
  }
  if (functions.length === 0) report("E_EMPTY", "no function line, expected at least one");
  const shown = shownModules(query);
  const described = new Set(functions.map(({ module }) => module));
  only?.forEach((module, i) => {
    if (!described.has(module) && !shown.has(module)) {
      report("E_ONLY", `only ${module}, expected a module with a function line or in a diagram`);
    } else if (only.indexOf(module) < i) report("E_ONLY", `only ${module} twice`);
  });
  if (shown.size > 0) {
    for (const module of described) {
      if (!shown.has(module)) {
        report("E_WORD", `function line of ${module}, which no diagram shows`);
      }
    }
  }
  const seen = new Set<string>();
  for (const { module, port, dir, width } of ports) {
    const contradiction = portContradiction(query, module, port, { dir, width });
    if (contradiction !== undefined) report("E_PORT", contradiction);
    const key = JSON.stringify([module, port]);
    if (seen.has(key)) report("E_DUP", `port ${module}.${port} twice`);
    seen.add(key);
  }
  return errors.sort((a, b) => QUERY_ERRORS.indexOf(a.code) - QUERY_ERRORS.indexOf(b.code));
}

function portContradiction(
  query: Query,
  module: string,
  port: string,
  { dir, width }: { dir: string; width: number },
): string | undefined {
  const line = `port ${module}.${port} is ${dir} [${width}]`;
  const found = shownPort(query, module, port);
  if (found === undefined) {
    const graphs = shownGraphs(query).filter(isGraph);
    if (graphs.some(({ top }) => top === module)) return `${line}, which its diagram lacks`;
    const known = graphs.length === 0 || shownModules(query).has(module);
    return known ? undefined : `${line}, of a module that no diagram shows`;
  }
  const fits = found.width === undefined ? width >= found.least : width === found.width;
  if (found.dir === dir && fits) return undefined;
  const bits = found.width ?? `at least ${found.least}`;
  return `${line}, expected ${found.dir} [${bits}] as in its diagram`;
}
