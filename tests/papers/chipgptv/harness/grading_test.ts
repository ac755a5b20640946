/** Answers that are proved, and answers whose machine differs in its outputs alone. */
import { assertEquals } from "@std/assert";
import { gradeCandidate, machineScores } from "offprint/papers/chipgptv/harness/mod.ts";
import { extractFsm } from "offprint/verilog/diagrams/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";
import { CHAIN, MACHINE } from "./fixture.ts";

const yosys = new YosysPool();
addEventListener("unload", () => void yosys[Symbol.asyncDispose]());

const proof = async (unit: typeof MACHINE, text: string) => {
  const { passes, equivalence } = await gradeCandidate(unit, text, { yosys, prove: true });
  return [passes, equivalence];
};

Deno.test("another way to write the machine is proved equal, a wrong arrow different", async () => {
  // The two states with each other's codes, and the output in its own state register.
  const other = `module two_state(input clk, input rst, input in, output out);
    reg odd;
    assign out = odd;
    always @(posedge clk) odd <= rst ? 1'b0 : odd ^ in;
  endmodule`;
  assertEquals(await proof(MACHINE, other), [true, "equal"]);
  assertEquals(await proof(MACHINE, other.replace("odd ^ in", "odd | in")), [false, "different"]);
});

Deno.test("a proof sees what a bench does not try; other ports are said to be another interface", async () => {
  // The bench never sends a 7.
  const trap = CHAIN.reference.replace("q <= d;", "q <= d == 7 ? 4'd0 : d;");
  assertEquals(await proof(CHAIN, trap), [true, "different"]);
  const wider = CHAIN.reference.replace("two_registers(input clk,", "two_registers(input clk, en,");
  assertEquals(await proof(CHAIN, wider), [true, "interface"]);
});

Deno.test("nothing is proved of what does not compile, or where no proof was asked for", async () => {
  assertEquals(await proof(MACHINE, "module two_state(;"), [false, undefined]);
  const { equivalence } = await gradeCandidate(MACHINE, MACHINE.reference, { yosys });
  assertEquals(equivalence, undefined);
});

Deno.test("fsm_output: with the output of the other state every transition is right and no output", async () => {
  const inverted = MACHINE.reference.replace("state == B", "state == A");
  const [right, got] = await Promise.all(
    [MACHINE.reference, inverted].map((text) => extractFsm(text, "two_state", yosys)),
  );
  assertEquals(right!.fsm.moore, { A: "out=0", B: "out=1" });
  assertEquals(machineScores(right!.fsm, got!.fsm), { transitions: 1, states: 1, outputs: 0 });
});
