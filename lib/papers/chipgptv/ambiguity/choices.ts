/**
 * What a description leaves open: each wire and each transition is a choice, and a fact that is told makes it.
 *
 * @module
 */
import {
  type Endpoint,
  type Fsm,
  type Graph,
  parseGuard,
  PORT_NODE,
  valuesOf,
} from "offprint/verilog/diagrams/mod.ts";
import { UserError } from "offprint/errors.ts";
import { log2Exact } from "./machine_counts.ts";

/** Something that a design decides: which driver a sink has, or where a state goes under a value of the inputs. */
export interface DesignChoice {
  /** `pe0.x`, or `S3 1` for state S3 under the inputs' bits 1. */
  what: string;
  options: readonly string[];
}

/** A family of designs: all that make each choice in one of its ways. */
export type DesignFamily = readonly DesignChoice[];

/** A choice that a description tells. */
export interface Fact {
  what: string;
  value: string;
}

/**
 * How many designs of a family agree with facts; 0 when two facts exclude each other.
 *
 * @throws {UserError} for a fact about something that the family does not have.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { agreeingDesigns } from "offprint/papers/chipgptv/ambiguity/mod.ts";
 *
 * const family = [{ what: "u.x", options: ["a", "b"] }, { what: "u.w", options: ["a", "b"] }];
 * assertEquals(agreeingDesigns(family, []), 4n);
 * assertEquals(agreeingDesigns(family, [{ what: "u.x", value: "b" }]), 2n);
 * ```
 */
export function agreeingDesigns(family: DesignFamily, facts: readonly Fact[]): bigint {
  const open = new Map(family.map(({ what, options }) => [what, new Set(options)]));
  for (const { what, value } of facts) {
    const left = open.get(what);
    if (left === undefined) {
      throw new UserError({
        what: "fact",
        got: `${what} is ${value}`,
        expected: `a fact about one of ${[...open.keys()].slice(0, 6).join(", ")} …`,
      });
    }
    open.set(what, new Set(left.has(value) ? [value] : []));
  }
  let count = 1n;
  for (const { size } of open.values()) count *= BigInt(size);
  return count;
}

/** The same in bits: A(d) = log₂ |C(d)|, paper 06's ambiguity of a description. */
export function ambiguityBits(family: DesignFamily, facts: readonly Fact[]): number {
  return log2Exact(agreeingDesigns(family, facts));
}

const textOf = ([node, pin]: Endpoint): string => `${node}.${pin}`;

/**
 * All wirings between the ends that a graph shows: each sink takes one driver of its width. Input ports that drive
 * nothing are drivers too; they have no width but their own.
 */
export function wiringFamily({ ports, edges }: Graph): DesignFamily {
  const drivers = new Map<string, number>();
  for (const { name, dir, width } of ports) {
    if (dir !== "output") drivers.set(`${PORT_NODE}.${name}`, width);
  }
  // A driver of which only a part is taken drives with that part.
  for (const { from, width } of edges) drivers.set(textOf(from), width);
  const sinks = new Map(edges.map(({ to, width }) => [textOf(to), width]));
  return [...sinks].map(([what, width]) => ({
    what,
    options: [...drivers].filter(([, own]) => own === width).map(([driver]) => driver),
  }));
}

/** What a graph tells: the driver of each sink. */
export function graphFacts({ edges }: Graph): Fact[] {
  return edges.map(({ from, to }) => ({ what: textOf(to), value: textOf(from) }));
}

/** All machines with the states, the reset state and the inputs of `fsm`. */
export function machineFamily({ states, inputs }: Pick<Fsm, "states" | "inputs">): DesignFamily {
  const values = Array.from(
    { length: 2 ** inputs.length },
    (_, i) => inputs.length === 0 ? "" : i.toString(2).padStart(inputs.length, "0"),
  );
  return states.flatMap((state) =>
    values.map((value) => ({ what: `${state} ${value}`, options: states }))
  );
}

/** What a machine tells: the target of each state under each value of the inputs. */
export function machineFacts({ inputs, next }: Pick<Fsm, "inputs" | "next">): Fact[] {
  return next.flatMap(({ from, guard, to }) =>
    [...valuesOf(parseGuard(guard, inputs)!)].map((value) => ({
      what: `${from} ${value}`,
      value: to,
    }))
  );
}
