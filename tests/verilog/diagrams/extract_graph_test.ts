import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  anonymised,
  extractGraph,
  parseGraph,
  printGraph,
  skeletonOf,
} from "offprint/verilog/diagrams/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";
import { CHAIN, CHAIN_REORDERED } from "./designs.ts";

const CHAIN_TEXT = `top chain2
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
`;

/** Parts of pins, numbers, parameters, a generate loop, indices that do not begin at 0 or rise, and a wire right through. */
const AWKWARD = `
module part #(parameter W = 8)(input [W-1:0] x, input [7:4] k, output [2*W-1:0] y, output [0:3] up);
  assign y = {x, x}; assign up = k;
endmodule
module odd(input [11:4] a, input [0:3] r, output [15:0] c, output [3:0] d, output e, output [1:0] n);
  wire [7:0] spare;
  part #(.W(4)) u0(.x(a[7:4]), .k(4'b0011), .y(c[7:0]), .up(d));
  part u1(.x({a[11:10], 2'b01, spare[2:1], a[5:4]}), .k(r), .y({c[15:8], spare}), .up());
  genvar i;
  generate for (i = 0; i < 2; i = i + 1) begin: g
    part #(.W(1)) v(.x(r[i]), .k({a[7:6], a[9:8]}), .up(), .y());
  end endgenerate
  assign e = a[9];
  assign n = r[1:2];
endmodule
`;

Deno.test("wiring", async (test) => {
  await using yosys = new YosysPool();

  await test.step("the chain of two processing elements has 13 connections", async () => {
    const graph = await extractGraph(CHAIN, "chain2", yosys);
    assertEquals(printGraph(graph), CHAIN_TEXT);
    assertEquals(graph.edges.length, 13);
    assertEquals(parseGraph(CHAIN_TEXT), graph);
  });

  await test.step("formatting and the order of instances do not matter", async () => {
    assertEquals(printGraph(await extractGraph(CHAIN_REORDERED, "chain2", yosys)), CHAIN_TEXT);
  });

  await test.step("parts of pins keep their declared indices", async () => {
    const graph = await extractGraph(AWKWARD, "odd", yosys);
    const lines = printGraph(graph).split("\n");
    for (
      const line of [
        "node g[1].v part#(W=1)",
        "node u1 part#(W=8)",
        "$const.4'b0011 -> u0.k [4]",
        "$const.2'b01 -> u1.x[5:4] [2]",
        "$port.a[7:4] -> u0.x [4]",
        "$port.a[11:10] -> u1.x[7:6] [2]",
        "$port.r -> u1.k [4]",
        "$port.r[1:1] -> g[1].v.x [1]",
        "$port.r[1:2] -> $port.n [2]",
        "u1.y[2:1] -> u1.x[3:2] [2]",
        "u1.y[15:8] -> $port.c[15:8] [8]",
        "u0.up -> $port.d [4]",
      ]
    ) assert(lines.includes(line), line);
  });

  await test.step("graph, Verilog, graph is the identity", async () => {
    for (const [text, top] of [[CHAIN, "chain2"], [AWKWARD, "odd"]] as const) {
      const graph = await extractGraph(text, top, yosys);
      assertEquals(await extractGraph(skeletonOf(graph), top, yosys), graph);
    }
  });

  await test.step("the identity holds with bits that nothing drives", async () => {
    const graph = parseGraph(
      "top t\nport input a [4]\nport output q [6]\nnode u0 m\n" +
        "$port.a[3:2] -> u0.x[5:4] [2]\n$port.a[0:0] -> u0.x[1:1] [1]\nu0.y[2:2] -> $port.q[4:4] [1]\n",
    );
    assertEquals(await extractGraph(skeletonOf(graph), "t", yosys), graph);
  });

  await test.step("cells get names that a blank line does not change", async () => {
    const text =
      "module c(input clk, input [3:0] a, input [3:0] b, input s, output reg [3:0] q);\n" +
      "wire [3:0] one = a + b;\nwire [3:0] two = a + one;\nalways @(posedge clk) q <= s ? one : two;\nendmodule\n";
    const moved = text.replaceAll(";\n", ";\n\n\n").replace("wire [3:0] two = a + one;", "")
      .replace("wire [3:0] one", "wire [3:0] two = a + one;\nwire [3:0] one");
    const graph = await extractGraph(text, "c", yosys, "cells");
    assertEquals(graph.nodes.map(({ type }) => type).sort(), ["$add", "$add", "$dff", "$mux"]);
    const other = await extractGraph(
      moved.replace("output reg", "output  reg"),
      "c",
      yosys,
      "cells",
    );
    assertEquals(printGraph(other), printGraph(graph));
    assertEquals(await extractGraph(skeletonOf(graph), "c", yosys), graph);
  });

  await test.step("taking the names away and drawing commute", async () => {
    for (const [text, top] of [[CHAIN, "chain2"], [AWKWARD, "odd"]] as const) {
      const graph = await extractGraph(text, top, yosys);
      const hidden = anonymised({ graph, text });
      assertEquals(await extractGraph(hidden.text!, hidden.graph!.top, yosys), hidden.graph);
      assert(!/pe0|mac|chain2|spare|part\b/.test(hidden.text! + printGraph(hidden.graph!)));
      const back = anonymised(hidden, hidden.undo);
      assertEquals(back.graph, graph);
      assertEquals(await extractGraph(back.text!, top, yosys), graph);
    }
  });

  await test.step("what Yosys refuses is said in one line", async () => {
    const arrays = "module t(input [3:0] a [0:1], output y); assign y = a[0][0]; endmodule";
    const error = await assertRejects(() => extractGraph(arrays, "t", yosys), UserError);
    assert(/^design t: got an error of Yosys: .* Ports that are arrays/.test(error.message));
  });
});
