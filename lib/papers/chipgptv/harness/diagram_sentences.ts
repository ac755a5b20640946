/**
 * A diagram in words: a sentence for every connection or transition, so that prose says all that the picture does.
 *
 * @module
 */
import {
  CONST_NODE,
  type Endpoint,
  type Fsm,
  type Graph,
  PORT_NODE,
} from "offprint/verilog/diagrams/mod.ts";

/**
 * A sentence for each block and each connection; names stand between backticks.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { graphSentences } from "offprint/papers/chipgptv/harness/mod.ts";
 * import { parseGraph } from "offprint/verilog/diagrams/mod.ts";
 *
 * const graph = parseGraph("top t\nport input d [4]\nnode r0 dly\n$port.d -> r0.d [4]\n");
 * assertEquals(graphSentences(graph), [
 *   "Block `r0` is a `dly`.",
 *   "Port `d` drives pin `d` of block `r0` (4 bits).",
 * ]);
 * ```
 */
export function graphSentences({ nodes, edges }: Graph): string[] {
  const end = ([node, pin]: Endpoint): string => {
    if (node === CONST_NODE) return `the number \`${pin}\``;
    return node === PORT_NODE ? `port \`${pin}\`` : `pin \`${pin}\` of block \`${node}\``;
  };
  return [
    ...nodes.map(({ id, type }) => `Block \`${id}\` is a \`${type}\`.`),
    ...edges.map(({ from, to, width }) =>
      sentence(`${end(from)} drives ${end(to)} (${width} bit${width === 1 ? "" : "s"}).`)
    ),
  ];
}

/** A sentence for the states, the reset, the outputs of each state and each arrow. */
export function machineSentences({ states, reset, moore, next }: Fsm): string[] {
  const each = (text: string): string =>
    text.split(/[,&]/).map((term) => {
      const [name, value] = term.split("=");
      return `\`${name}\` is ${value}`;
    }).join(" and ");
  return [
    `The states are ${states.map((state) => `\`${state}\``).join(", ")}.`,
    `Reset leads to state \`${reset}\`.`,
    ...states.filter((state) => moore[state]).map((state) =>
      `In state \`${state}\`, ${each(moore[state]!)}.`
    ),
    ...next.map(({ from, guard, to }) =>
      guard === "*"
        ? `From state \`${from}\` the next state is always \`${to}\`.`
        : `From state \`${from}\`, when ${each(guard)}, the next state is \`${to}\`.`
    ),
  ];
}

function sentence(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
