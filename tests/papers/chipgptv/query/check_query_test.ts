import { assertEquals } from "@std/assert";
import {
  type Query,
  query,
  QUERY_ERRORS,
  type QueryBuilder,
  queryErrors,
} from "offprint/papers/chipgptv/query/mod.ts";
import { parseGraph } from "offprint/verilog/diagrams/mod.ts";

const GRAPH = parseGraph(`top top
port input a [8]
port output y [4]
node u0 mul#(W=8)
$port.a -> u0.x [8]
u0.q[3:0] -> $port.y [4]
`);

const START = query("start", { mode: "func_block", vision: "vm", language: "lm" })
  .image("p.png", "block", GRAPH)
  .describe("mul", "multiplies by three");

function codes(built: QueryBuilder | Query): string[] {
  return queryErrors("query" in built ? built.query : built).map(({ code }) => code);
}

Deno.test("each of seven faulty queries gives its error alone, and all together give all", () => {
  const port = { port: "a", dir: "input", width: 8 } as const;
  const { vision: _, ...blind } = START.query;
  const faulty: (QueryBuilder | Query)[] = [
    blind,
    { ...START.query, mode: "netlist" as "gate" },
    { ...START.query, functions: [] },
    START.only("div"),
    START.describe("div", "divides"),
    START.port("top", { ...port, width: 9 }),
    START.port("top", port).port("top", port),
  ];
  assertEquals(faulty.map(codes), QUERY_ERRORS.map((code) => [code]));
  assertEquals(codes(START), []);
  const everything = START.only("div").port("top", { ...port, dir: "output" }).port("top", port);
  const worst = { ...everything.query, mode: "netlist" as "gate", functions: [] };
  delete (worst as { vision?: string }).vision;
  assertEquals(codes(worst), ["E_VISION", "E_MODE", "E_EMPTY", "E_ONLY", "E_PORT", "E_DUP"]);
});

Deno.test("ports of blocks are compared by module and by instance, parts of a pin by what they reach", () => {
  const port = (module: string, name: string, dir: "input" | "output", width: number) =>
    codes(START.port(module, { port: name, dir, width }));
  assertEquals(port("mul", "x", "input", 8), []);
  assertEquals(port("u0", "x", "output", 8), ["E_PORT"]);
  assertEquals(port("mul", "x", "input", 16), ["E_PORT"]);
  // Four bits of q are wired, so that it has at least four.
  assertEquals(port("mul", "q", "output", 8), []);
  assertEquals(port("mul", "q", "output", 3), ["E_PORT"]);
  // A pin that nothing is wired to is in no graph; a port of the top module always is.
  assertEquals(port("mul", "enable", "input", 1), []);
  assertEquals(port("top", "enable", "input", 1), ["E_PORT"]);
  assertEquals(port("div", "x", "input", 8), ["E_PORT"]);
});

Deno.test("a module that is asked for twice would come twice", () => {
  assertEquals(codes(START.only("mul", "mul")), ["E_ONLY"]);
});

Deno.test("without a diagram any words will do", () => {
  const words = query("words", { mode: "gate", language: "lm" }).describe("half", "adds")
    .port("half", { port: "s", dir: "output", width: 1 }).only("half");
  assertEquals(codes(words), []);
});
