/**
 * Facts read back from texts: from the lines of a canonical graph, and from sentences that say the same.
 *
 * @module
 */
import { CONST_NODE, type Fsm, PORT_NODE } from "offprint/verilog/diagrams/mod.ts";
import { type Fact, machineFacts } from "./choices.ts";

/** A pattern, and the wire or the transition that a text of this form tells. */
type Reader = (line: string) => Fact | Fsm["next"][number] | undefined;

function reader(
  pattern: RegExp,
  fact: (...groups: string[]) => Fact | Fsm["next"][number],
): Reader {
  return (line) => {
    const match = pattern.exec(line);
    return match === null ? undefined : fact(...match.slice(1));
  };
}

const end = "(port `(\\S+)`|pin `(\\S+)` of block `(\\S+)`|the number `(\\S+)`)";

function endOf(port?: string, pin?: string, block?: string, number?: string): string {
  if (port !== undefined) return `${PORT_NODE}.${port}`;
  return pin === undefined ? `${CONST_NODE}.${number}` : `${block}.${pin}`;
}

/** `u0_x` and `u1_q` are pins of blocks; every other name is a port. */
function pinOf(name: string): string {
  const match = /^(\w+)_([xwq])$/.exec(name);
  return match === null ? `${PORT_NODE}.${name}` : `${match[1]}.${match[2]}`;
}

/** `` `a` is 1 and `b` is 0`` as the guard `a=1&b=0`. */
function guardOf(words: string): string {
  return [...words.matchAll(/`(\S+)` is ([01])/g)].map(([, name, bit]) => `${name}=${bit}`)
    .join("&");
}

const READERS: readonly Reader[] = [
  // Canonical texts.
  reader(
    /^(\S+) --(\S+)--> (\S+)$/,
    (from, guard, to) => ({ from: from!, guard: guard!, to: to! }),
  ),
  reader(/^(\S+) -> (\S+) \[\d+\]$/, (from, to) => ({ what: to!, value: from! })),
  // The sentences of the benchmark's prompts.
  reader(
    /^From state `(\S+)`, when (.*), the next state is `(\S+)`\.$/,
    (from, words, to) => ({ from: from!, guard: guardOf(words!), to: to! }),
  ),
  reader(
    /^From state `(\S+)` the next state is always `(\S+)`\.$/,
    (from, to) => ({ from: from!, guard: "*", to: to! }),
  ),
  reader(
    new RegExp(`^${end} drives ${end} \\(\\d+ bits?\\)\\.$`, "i"),
    (_from, a, b, c, d, _to, e, f, g, h) => ({ what: endOf(e, f, g, h), value: endOf(a, b, c, d) }),
  ),
  // The sentences of the study.
  reader(
    /^In state (\S+), when in is ([01]), go to (\S+)$/,
    (from, bit, to) => ({ from: from!, guard: `in=${bit}`, to: to! }),
  ),
  reader(
    /^(\S+) is driven by (\S+)$/,
    (sink, driver) => ({ what: pinOf(sink!), value: pinOf(driver!) }),
  ),
];

/**
 * The facts that lines tell; lines that tell no wire and no transition are passed over.
 *
 * @param inputs of the machine that the text is about.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toldFacts } from "offprint/papers/chipgptv/ambiguity/mod.ts";
 *
 * const wire = { what: "u0.x", value: "$port.a" };
 * assertEquals(toldFacts(["It adds.", "$port.a -> u0.x [8]"]), [wire]);
 * assertEquals(toldFacts(["Port `a` drives pin `x` of block `u0` (8 bits)."]), [wire]);
 * assertEquals(toldFacts(["S0 --*--> S1"], ["in"]).map(({ what }) => what), ["S0 0", "S0 1"]);
 * ```
 */
export function toldFacts(lines: readonly string[], inputs: readonly string[] = []): Fact[] {
  return lines.flatMap((line) => {
    for (const read of READERS) {
      const found = read(line);
      if (found === undefined) continue;
      return "what" in found ? [found] : machineFacts({ inputs: [...inputs], next: [found] });
    }
    return [];
  });
}
