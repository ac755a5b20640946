/**
 * What Yosys says of a design once its hierarchy stands, and the one way of asking for it.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { YosysPool, YosysResult } from "../tools/yosys.ts";
import type { Direction } from "./graph.ts";

/** A bit: the number of a net, or a constant `"0"`, `"1"`, `"x"`, `"z"`. */
export type NetBit = number | string;

/** A port in Yosys's JSON; bits begin with the lowest. */
export interface ElaboratedPort {
  direction: Direction;
  bits: NetBit[];
  /** The declared index of the lowest bit. */
  offset?: number;
  /** 1 when the declared indices rise from left to right. */
  upto?: number;
}

/** An instance or a cell. */
export interface ElaboratedCell {
  /** 1 for names that Yosys made itself. */
  hide_name: number;
  type: string;
  parameters: Record<string, string>;
  port_directions?: Record<string, Direction>;
  connections: Record<string, NetBit[]>;
}

/** A module. */
export interface ElaboratedModule {
  /** `hdlname` is the name in the design, where Yosys has made a copy for certain parameters. */
  attributes: Record<string, string>;
  parameter_default_values?: Record<string, string>;
  ports: Record<string, ElaboratedPort>;
  cells: Record<string, ElaboratedCell>;
  netnames: Record<string, { hide_name: number; bits: NetBit[] }>;
}

/** How much of the design is drawn: its blocks, or every cell of one module. */
export type Level = "blocks" | "cells";

/** A design as Yosys read it. */
export interface Elaborated {
  /** The name of the top module. */
  top: string;
  modules: Record<string, ElaboratedModule>;
  /** The file that `write_json` wrote. */
  json: string;
}

/**
 * Elaborates a design without flattening it: blocks by `proc`, cells by `proc; opt` (paper 06).
 *
 * @throws {UserError} when Yosys refuses the design.
 */
export async function elaborate(
  text: string,
  top: string,
  yosys: YosysPool,
  level: Level = "blocks",
): Promise<Elaborated> {
  const run = await yosys.run({
    script: `read_verilog d.v; hierarchy -check -top ${topName(top)}; proc; ${
      level === "cells" ? "opt; " : ""
    }write_json d.json`,
    files: { "d.v": text },
    outputs: ["d.json"],
  });
  const json = run.files["d.json"];
  if (run.status !== "ok" || json === undefined) throw refusedBy(run, top);
  const { modules } = JSON.parse(json) as { modules: Record<string, ElaboratedModule> };
  return { top, modules, json };
}

/** A module's name as a script may hold it. */
export function topName(top: string): string {
  if (/^[\w$]+$/.test(top)) return top;
  throw new UserError({
    what: "top module",
    got: top,
    expected: "a plain name of letters, digits, _ and $",
  });
}

/** What a run that did not end well says. */
export function refusedBy({ status, log }: YosysResult, top: string): UserError {
  const said = /ERROR: ([^\n]*)/.exec(log)?.[1] ?? status;
  return new UserError({
    what: `design ${top}`,
    got: new Described(
      status === "error" ? `an error of Yosys: ${said}` : `no answer within its ${status}`,
    ),
    expected: "Verilog that Yosys can elaborate",
    todo: "Ports that are arrays must be flattened to vectors.",
  });
}
