/**
 * The example that runs through paper 07 and its tests: a saturating counter, fifteen lines that hold
 * a parameter, both kinds of process, a reduction and an asynchronous reset.
 *
 * @module
 */

import type { Bench } from "../simulate/bench.ts";

/** Counts up to all ones and stays there. 15 lines, 351 bytes. */
export const SATURATING_COUNTER = `module sat_cnt #(parameter W = 4) (
  input  wire         clk,
  input  wire         rst_n,
  input  wire         up,
  output reg  [W-1:0] cnt,
  output wire         full
);
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n)
      cnt <= {W{1'b0}};
    else if (up && !full)
      cnt <= cnt + 1'b1;
  end
  assign full = &cnt;
endmodule
`;

/**
 * The bench of the saturating counter: 23 comparisons from reset over saturation to an asynchronous reset
 * in mid-cycle.
 */
export function saturatingCounterBench(): Bench {
  const steps: Bench["steps"] = [];
  let count = 0;
  const expect = () => ({ cnt: count, full: count === 15 ? 1 : 0 });
  const cycle = () => {
    steps.push({ set: { clk: 1 } }, { set: { clk: 0 } });
  };
  steps.push({ set: { clk: 0, up: 0, rst_n: 0 } });
  cycle();
  steps.push({ set: {}, expect: expect() }, { set: { rst_n: 1, up: 1 } });
  for (let i = 0; i < 20; i++) {
    cycle();
    count = Math.min(15, count + 1);
    steps.push({ set: {}, expect: expect() });
  }
  steps.push({ set: { up: 0 } });
  cycle();
  steps.push({ set: {}, expect: expect() });
  count = 0;
  steps.push({ set: { rst_n: 0 }, expect: expect() });
  return {
    top: "sat_cnt",
    inputs: { clk: 1, rst_n: 1, up: 1 },
    outputs: { cnt: 4, full: 1 },
    steps,
  };
}
