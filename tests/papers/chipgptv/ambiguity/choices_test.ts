import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  agreeingDesigns,
  ambiguityBits,
  graphFacts,
  machineFacts,
  machineFamily,
  wiringFamily,
} from "offprint/papers/chipgptv/ambiguity/mod.ts";
import { parseFsm, parseGraph } from "offprint/verilog/diagrams/mod.ts";

const CHAIN = parseGraph(`top chain2
port input clk [1]
port input rst [1]
port input a0 [8]
port input a1 [8]
port input w0 [8]
port output c0 [16]
port output c1 [16]
node pe0 mac
node pe1 mac
node r0 dly
$port.a0 -> pe0.x [8]
$port.a1 -> pe1.x [8]
$port.clk -> pe0.clk [1]
$port.clk -> pe1.clk [1]
$port.clk -> r0.clk [1]
$port.rst -> pe0.rst [1]
$port.rst -> pe1.rst [1]
$port.rst -> r0.rst [1]
$port.w0 -> pe0.w [8]
$port.w0 -> r0.d [8]
pe0.acc -> $port.c0 [16]
pe1.acc -> $port.c1 [16]
r0.q -> pe1.w [8]
`);

Deno.test("the two-unit chain leaves 18, 12, 6 and 0 bits open", () => {
  const family = wiringFamily(CHAIN);
  const all = graphFacts(CHAIN);
  const told = (...pins: string[]) =>
    all.filter(({ what }) => pins.some((pin) => what.endsWith(pin)));
  const common = told(".clk", ".rst");
  const sentence = told("pe0.w", "r0.d", "pe1.w");
  const bits = [[], common, [...common, ...sentence], all]
    .map((facts) => ambiguityBits(family, facts));
  assertEquals(bits, [18, 12, 6, 0]);
});

Deno.test("facts that exclude each other or a width leave no design; unknown ones are refused", () => {
  const family = wiringFamily(CHAIN);
  const wrong = { what: "pe0.x", value: "$port.a1" };
  assertEquals(agreeingDesigns(family, [...graphFacts(CHAIN), wrong]), 0n);
  assertEquals(agreeingDesigns(family, [{ what: "pe0.x", value: "$port.clk" }]), 0n);
  assertThrows(
    () => agreeingDesigns(family, [{ what: "pe9.x", value: "$port.a1" }]),
    UserError,
    "pe9.x",
  );
});

Deno.test("a machine's arrows tell one transition for each value that their guards allow", () => {
  const fsm = parseFsm(
    "states A B C\nreset A\ninputs a b\nA --a=0--> B\nA --a=1--> A\nB --*--> C\nC --a=1&b=0--> A\n",
  );
  const family = machineFamily(fsm);
  assertEquals(agreeingDesigns(family, []), 3n ** 12n);
  // 2 + 2 + 4 + 1 of 12 transitions are told.
  assertEquals(agreeingDesigns(family, machineFacts(fsm)), 3n ** 3n);
});
