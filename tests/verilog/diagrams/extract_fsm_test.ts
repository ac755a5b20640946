import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { anonymised, extractFsm, parseFsm, printFsm } from "offprint/verilog/diagrams/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";
import { detector, TWO_STATES } from "./designs.ts";

const DETECTOR_TEXT = `states S0 S1 S2 S3 S4 S5
reset S0
inputs in
moore S0 out=0
moore S1 out=0
moore S2 out=0
moore S3 out=0
moore S4 out=0
moore S5 out=1
S0 --in=0--> S0
S0 --in=1--> S1
S1 --in=0--> S2
S1 --in=1--> S1
S2 --in=0--> S3
S2 --in=1--> S1
S3 --in=0--> S0
S3 --in=1--> S4
S4 --in=0--> S2
S4 --in=1--> S5
S5 --in=0--> S2
S5 --in=1--> S1
`;

Deno.test("state machines", async (test) => {
  await using yosys = new YosysPool();

  await test.step("the 10011 detector: 6 states, 18 terms, 12 transitions", async () => {
    const { fsm, table, register } = await extractFsm(detector(), "seq", yosys);
    assertEquals(register, "state");
    assertEquals(table.codes.length, 6);
    assertEquals(table.rows.length, 18);
    assertEquals(fsm.next.length, 12);
    assertEquals(printFsm(fsm), DETECTOR_TEXT);
    assertEquals(parseFsm(DETECTOR_TEXT), fsm);
  });

  await test.step("1001110011 visits S1 to S5 twice and is accepted twice", async () => {
    const { fsm } = await extractFsm(detector(), "seq", yosys);
    const visited: string[] = [];
    const high: number[] = [];
    let state = fsm.reset;
    for (const [at, digit] of [..."1001110011"].entries()) {
      state = fsm.next.find(({ from, guard }) => from === state && guard === `in=${digit}`)!.to;
      visited.push(state);
      if (fsm.moore[state] === "out=1") high.push(at + 1);
    }
    assertEquals(visited.join(" "), "S1 S2 S3 S4 S5 S1 S2 S3 S4 S5");
    assertEquals(high, [5, 10]);
  });

  await test.step("an asynchronous reset beside a default to the reset state hides nothing", async () => {
    const { fsm, table } = await extractFsm(detector("or posedge rst"), "seq", yosys);
    assertEquals(printFsm(fsm), DETECTOR_TEXT);
    assertEquals(table.rows.length, 12);
  });

  await test.step("a state register that is a port needs the attribute", async () => {
    const alone = await yosys.run({
      script: "read_verilog d.v; proc; opt -nodffe -nosdff; fsm_detect; fsm_extract; fsm_info",
      files: { "d.v": TWO_STATES },
    });
    assert(/Not marking two.state as FSM state register/.test(alone.log));
    const { fsm, table, codes } = await extractFsm(TWO_STATES, "two", yosys);
    assertEquals(table.rows.length, 6);
    assertEquals(codes, { A: "1001", B: "1000" });
    assertEquals(
      printFsm(fsm),
      "states A B\nreset A\ninputs in\nmoore A state=1001\nmoore B state=1000\n" +
        "A --in=0--> A\nA --in=1--> B\nB --in=0--> B\nB --in=1--> A\n",
    );
  });

  await test.step("wide inputs, several outputs, a counter beside the machine", async () => {
    const text =
      "module m(input clk, input rst_n, input [1:0] go, input stop, output [1:0] y, output [3:0] n);\n" +
      "localparam IDLE = 2'd2, RUN = 2'd1, END = 2'd3; reg [1:0] s; reg [3:0] c; assign n = c; assign y = {s == RUN, s == END};\n" +
      "always @(posedge clk) if (!rst_n) begin s <= IDLE; c <= 0; end else begin c <= c + go; case (s)\n" +
      "IDLE: if (go[1] & ~stop) s <= RUN; RUN: if (stop) s <= END; else if (go[0]) s <= RUN; END: s <= IDLE; default: s <= IDLE;\n" +
      "endcase end endmodule";
    const { fsm } = await extractFsm(text, "m", yosys);
    assertEquals(
      printFsm(fsm),
      "states END IDLE RUN\nreset IDLE\ninputs go[1] stop\nmoore END y=01\nmoore IDLE y=00\nmoore RUN y=10\n" +
        "END --*--> IDLE\nIDLE --stop=1--> IDLE\nIDLE --go[1]=0--> IDLE\nIDLE --go[1]=1&stop=0--> RUN\n" +
        "RUN --stop=0--> RUN\nRUN --stop=1--> END\n",
    );
  });

  await test.step("taking the names away and reading the machine commute", async () => {
    const text = detector("or posedge rst");
    const { fsm } = await extractFsm(text, "seq", yosys);
    const hidden = anonymised({ fsm, text });
    const top = /module (\w+)/.exec(hidden.text!)![1]!;
    assertEquals((await extractFsm(hidden.text!, top, yosys)).fsm, hidden.fsm);
    assertEquals(anonymised(hidden, hidden.undo).fsm, fsm);
  });

  await test.step("no machine, and one whose arrows depend on a comparison, are said so", async () => {
    const counter =
      "module c(input clk, input r, output reg [3:0] q); always @(posedge clk) if (r) q <= 0; else q <= q + 1; endmodule";
    const none = await assertRejects(() => extractFsm(counter, "c", yosys), UserError);
    assert(none.message.startsWith("module c: got no state machine"));
    const timed = "module t(input clk, input rst, output y); localparam A = 0, B = 1, C = 2; " +
      "reg [1:0] s; reg [3:0] c; assign y = s == B; " +
      "always @(posedge clk) if (rst) begin s <= A; c <= 0; end else begin c <= c + 1; " +
      "case (s) A: if (c == 9) s <= B; B: if (c == 3) s <= C; C: s <= A; endcase end endmodule";
    const hidden = await assertRejects(() => extractFsm(timed, "t", yosys), UserError);
    assert(/arrows from [AB] that depend on \$eq/.test(hidden.message), hidden.message);
  });
});
