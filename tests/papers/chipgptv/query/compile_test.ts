import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  compileQuery,
  query,
  type QueryBuilder,
  QueryRefused,
} from "offprint/papers/chipgptv/query/mod.ts";
import { parseFsm, parseGraph, printFsm, printGraph } from "offprint/verilog/diagrams/mod.ts";

const PIPELINE = query("pipeline", { mode: "func_block", vision: "vm", language: "lm" })
  .image("p.png", "block")
  .describe("execute", "adds r0 and r1")
  .describe("writeback", "stores the sum in r2")
  .eda("siliconcompiler", ["die area at least 1000 by 1000"])
  .only("execute");

const EXPECTED = `ROLE: You write synthesizable Verilog.
DIAGRAM: Every box in the attached image is a function block explained below.
FUNCTION 1: execute: adds r0 and r1
SCOPE: Return only module execute.
EDA: Also return a siliconcompiler script. Requirement: die area at least 1000 by 1000.
OUTPUT: One fenced block tagged verilog per module.`;

const CHAIN = parseGraph(`top chain
port input a [8]
port output y [8]
node u0 mul
node u1 inc
node u2 neg
$port.a -> u0.x [8]
u0.q -> u1.x [8]
u1.q -> u2.x [8]
u2.q -> $port.y [8]
`);

function texts(built: QueryBuilder, form?: "pictures" | "text" | "both"): string[] {
  return compileQuery(built.query, form).map(({ text }) => text);
}

Deno.test("the example query compiles to the expected six lines, with its picture behind them", () => {
  const [compiled, ...more] = compileQuery(PIPELINE.query);
  assertEquals(more, []);
  assertEquals(compiled!.text, EXPECTED);
  assertEquals(compiled!.module, "execute");
  assertEquals(compiled!.images.map(({ path }) => path), ["p.png"]);
});

Deno.test("a query compiles to the same bytes again, also with another query compiled in between", () => {
  const other = query("other", { mode: "gate", language: "lm" }).describe("half", "adds two bits");
  const first = JSON.stringify(compileQuery(PIPELINE.query));
  const between = texts(other);
  assertEquals(JSON.stringify(compileQuery(structuredClone(PIPELINE.query))), first);
  assertEquals(texts(other), between);
  assert(!between[0]!.includes("DIAGRAM"), "no picture, no sentence about it");
});

Deno.test("declarations change no query that was built before", () => {
  const start = query("start", { mode: "algorithm", language: "lm" }).describe("add", "adds");
  const before = texts(start);
  start.describe("sub", "subtracts").port("sub", { port: "x", dir: "input", width: 4 });
  assertEquals(texts(start), before);
});

Deno.test("the constraint makes one request a module, with its neighbours' functions and every port", () => {
  const chain = query("chain", { mode: "func_block", vision: "vm", language: "lm" })
    .image("chain.png", "block", CHAIN)
    .describe("mul", "multiplies by three")
    .describe("inc", "adds one")
    .describe("neg", "negates")
    .port("chain", { port: "a", dir: "input", width: 8, text: "the number" })
    .only("mul", "u1");
  const [mul, inc] = texts(chain);
  assert(mul!.includes("FUNCTION 1: mul: multiplies by three\nFUNCTION 2: inc: adds one\nPORT 1"));
  assert(!mul!.includes("neg"), "a block two wires away is no neighbour");
  assert(inc!.includes("FUNCTION 3: neg: negates\nPORT 1: chain.a: input, 8 bits, the number\n"));
  assert(mul!.includes("SCOPE: Return only module mul."));
  const [both] = texts(chain, "both");
  assert(both!.includes(`GRAPH:\n${printGraph(CHAIN)}SCOPE`));
});

Deno.test("as text a diagram is its canonical graph and needs no vision model", () => {
  const fsm = parseFsm(
    "states A B\nreset A\ninputs in\nA --in=0--> A\nA --in=1--> B\nB --*--> A\n",
  );
  const machine = query("machine", { mode: "algorithm", language: "lm" })
    .image("machine.png", "fsm", fsm)
    .describe("A", "waits");
  const [compiled] = compileQuery(machine.query, "text");
  assertEquals(compiled!.images, []);
  assert(compiled!.text.includes("in the graph below is an operation that its label names."));
  assert(compiled!.text.includes(`GRAPH:\n${printFsm(fsm)}OUTPUT`));
});

Deno.test("what is wrong is said in one line, whole", () => {
  const { vision: _, ...blind } = PIPELINE.only("fetch").query;
  const error = assertThrows(
    () => compileQuery(blind),
    QueryRefused,
    "query pipeline: got E_VISION",
  );
  assert(error.message.includes("E_ONLY (only fetch"));
  assertEquals(error.message.split("\n").length, 1);
});
