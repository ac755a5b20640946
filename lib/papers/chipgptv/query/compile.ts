/**
 * From a query to the text that a model gets. Pure: the same query gives the same bytes, whatever was compiled before.
 *
 * @module
 */
import { printFsm, printGraph } from "offprint/verilog/diagrams/mod.ts";
import { queryErrors, type QueryForm, QueryRefused } from "./check_query.ts";
import type { PortLine, Query, QueryImage } from "./query.ts";
import { isGraph, neighbours, shownGraphs } from "./shown_words.ts";

/** One request to a model. */
export interface CompiledQuery {
  /** The module that is asked for; absent where all are. */
  module?: string;
  /** Sections, one a line. */
  text: string;
  /** The pictures that follow the text, in declared order. */
  images: readonly QueryImage[];
}

/**
 * Compiles a query: one request, or one for each module of `only`, with all ports and the function lines of the module and
 * of those that it touches in the diagrams.
 *
 * @param form how diagrams reach the model. As text they are the canonical texts of their graphs, in the section GRAPH.
 * @throws {QueryRefused} with everything that is wrong.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compileQuery, query } from "offprint/papers/chipgptv/query/mod.ts";
 *
 * const adder = query("adder", { mode: "gate", language: "lm" }).describe("half", "adds two bits");
 * assertEquals(
 *   compileQuery(adder.query)[0]!.text,
 *   "ROLE: You write synthesizable Verilog.\nFUNCTION 1: half: adds two bits\n" +
 *     "OUTPUT: One fenced block tagged verilog per module.",
 * );
 * ```
 */
export function compileQuery(query: Query, form: QueryForm = "pictures"): CompiledQuery[] {
  const errors = queryErrors(query, form);
  if (errors.length > 0) throw new QueryRefused(query.name, errors);
  const images = form === "text" ? [] : query.images;
  if (query.only === undefined) return [{ text: textOf(query, form), images }];
  return query.only.map((module) => ({ module, text: textOf(query, form, module), images }));
}

function textOf(query: Query, form: QueryForm, only?: string): string {
  const near = only === undefined ? undefined : neighbours(query, only);
  const functions = query.functions.filter(({ module }) => near?.has(module) ?? true);
  const graphs = form === "pictures" ? [] : shownGraphs(query);
  const { eda } = query;
  return [
    "ROLE: You write synthesizable Verilog.",
    ...diagramLine(query, form, graphs.length),
    ...functions.map(({ module, text }, k) => `FUNCTION ${k + 1}: ${module}: ${text}`),
    ...query.ports.map((port, k) => `PORT ${k + 1}: ${portText(port)}`),
    ...graphs.map((graph) =>
      `GRAPH:\n${(isGraph(graph) ? printGraph(graph) : printFsm(graph)).trimEnd()}`
    ),
    ...(only === undefined ? [] : [`SCOPE: Return only module ${only}.`]),
    ...(eda === undefined ? [] : [edaLine(eda)]),
    "OUTPUT: One fenced block tagged verilog per module.",
  ].join("\n");
}

function diagramLine({ mode, images }: Query, form: QueryForm, graphs: number): string[] {
  const pictures = form === "text" ? 0 : images.length;
  if (pictures + graphs === 0) return [];
  const where = pictures === 0
    ? graphs === 1 ? "the graph below" : "the graphs below"
    : pictures === 1
    ? "the attached image"
    : "the attached images";
  const boxes = {
    gate: "is a logic gate.",
    algorithm: "is an operation that its label names.",
    func_block: "is a function block explained below.",
  }[mode];
  return [`DIAGRAM: Every box in ${where} ${boxes}`];
}

function portText({ module, port, dir, width, text }: PortLine): string {
  const bits = width === 1 ? "1 bit" : `${width} bits`;
  return `${module}.${port}: ${dir}, ${bits}${text === undefined ? "" : `, ${text}`}`;
}

function edaLine({ tool, flow, example }: NonNullable<Query["eda"]>): string {
  const wanted = flow.length === 0 ? "" : ` Requirement: ${flow.join("; ")}.`;
  const shown = example === undefined ? "" : `\nExample:\n${example.trimEnd()}`;
  return `EDA: Also return a ${tool} script.${wanted}${shown}`;
}
