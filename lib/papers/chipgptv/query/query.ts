/**
 * A query in the language of paper 06: what a multi-modal prompt says, as data.
 *
 * @module
 */
import type { Direction, Fsm, Graph } from "offprint/verilog/diagrams/mod.ts";
import type { PictureKind } from "../units/mod.ts";

/** What the boxes of a diagram are: logic gates, operations that their labels name, or blocks explained in words. */
export const QUERY_MODES = ["gate", "algorithm", "func_block"] as const;

/** One of them. */
export type QueryMode = typeof QUERY_MODES[number];

/** A picture of a query. */
export interface QueryImage {
  path: string;
  kind: PictureKind;
  /** What the picture shows, as data: the wiring of a block diagram, or the machine of a state diagram. */
  graph?: Graph | Fsm;
}

/** What a named block does. */
export interface FunctionLine {
  module: string;
  text: string;
}

/** A port of a named block. */
export interface PortLine {
  module: string;
  port: string;
  dir: Direction;
  /** Bits. */
  width: number;
  text?: string;
}

/** A script that is asked for besides, and what the flow requires. */
export interface EdaLine {
  tool: string;
  flow: readonly string[];
  /** A script of that tool, as an example. */
  example?: string;
}

/** A query; equal queries compile to equal bytes. */
export interface Query {
  name: string;
  mode: QueryMode;
  /** Name of the model that sees pictures. */
  vision?: string;
  /** Name of the model that writes. */
  language: string;
  images: readonly QueryImage[];
  functions: readonly FunctionLine[];
  ports: readonly PortLine[];
  eda?: EdaLine;
  /** Modules to be written; all of the diagram where it is left out. */
  only?: readonly string[];
}

/**
 * Builds a query, one declaration after the other. Each call gives a new builder, so that a beginning can be shared by
 * several queries without one of them changing another.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { query } from "offprint/papers/chipgptv/query/mod.ts";
 *
 * const pipeline = query("pipeline", { mode: "func_block", vision: "vm", language: "lm" })
 *   .image("p.png", "block")
 *   .describe("execute", "adds r0 and r1")
 *   .port("execute", { port: "sum", dir: "output", width: 8 });
 * assertEquals(pipeline.only("execute").query.only, ["execute"]);
 * assertEquals(pipeline.query.only, undefined);
 * ```
 */
export function query(
  name: string,
  declared: Pick<Query, "mode" | "vision" | "language">,
): QueryBuilder {
  return new QueryBuilder({ name, ...declared, images: [], functions: [], ports: [] });
}

/** A query in the making; begin with {@linkcode query}. */
export class QueryBuilder {
  /** What has been declared so far. */
  readonly query: Query;

  constructor(query: Query) {
    this.query = query;
  }

  /** A picture, and what it shows where that is known. */
  image(path: string, kind: PictureKind, graph?: Graph | Fsm): QueryBuilder {
    const image: QueryImage = graph === undefined ? { path, kind } : { path, kind, graph };
    return this.#with({ images: [...this.query.images, image] });
  }

  /** What a named block does. */
  describe(module: string, text: string): QueryBuilder {
    return this.#with({ functions: [...this.query.functions, { module, text }] });
  }

  /** A port of a named block. */
  port(module: string, line: Omit<PortLine, "module">): QueryBuilder {
    return this.#with({ ports: [...this.query.ports, { module, ...line }] });
  }

  /** A script of a tool besides, with the requirements of its flow. */
  eda(tool: string, flow: readonly string[], example?: string): QueryBuilder {
    return this.#with({ eda: { tool, flow, ...(example === undefined ? {} : { example }) } });
  }

  /** Only these modules of the diagram are to be written. */
  only(...modules: string[]): QueryBuilder {
    return this.#with({ only: modules });
  }

  #with(declared: Partial<Query>): QueryBuilder {
    return new QueryBuilder({ ...this.query, ...declared });
  }
}
