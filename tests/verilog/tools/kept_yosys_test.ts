/** One instance of Yosys answers as a new instance a request would. */
import { assertEquals } from "@std/assert";
import type * as Yosys from "@yowasp/yosys";
import { keepYosys, runOnce } from "../../../lib/verilog/tools/kept_yosys.ts";
import type { YosysAnswer, YosysRequest } from "../../../lib/verilog/tools/yosys_request.ts";

const YOSYS_PACKAGE: string = "@yowasp/yosys";
const yosys: typeof Yosys = await import(YOSYS_PACKAGE);
/** How many instances were started. */
let started = 0;
const counted = {
  Exit: yosys.Exit,
  runYosys: ((...given: Parameters<typeof yosys.runYosys>) => {
    started++;
    return yosys.runYosys(...given);
  }) as typeof yosys.runYosys,
};

/** The log without the line that says where a script came from. */
function comparable({ log, ...rest }: YosysAnswer): YosysAnswer {
  return { ...rest, log: log.replace(/^\n-- Running command `[^']*' --\n/, "").trimStart() };
}

function request(
  script: string,
  files: Record<string, string>,
  ...outputs: string[]
): YosysRequest {
  return { script, files, outputs, logBytes: 1_000_000 };
}

async function answersTo(requests: YosysRequest[]): Promise<YosysAnswer[]> {
  const answers: YosysAnswer[] = [];
  const left = [...requests];
  await keepYosys(counted, {
    next: () => left.shift(),
    send: (answer) => void answers.push(answer),
  });
  return answers;
}

const GATE = "module m(input a, b, output y);\n  assign y = a & b;\nendmodule\n";
const COUNTER =
  "module c(input clk, r, output reg [7:0] q);\n  always @(posedge clk) if (r) q <= 0; else q <= q + 1;\nendmodule";
const CHECK = "read_verilog m.v; hierarchy -auto-top; proc; check";
const MAP = "read_verilog m.v; hierarchy -auto-top; proc; flatten; techmap; write_json m.json";
const TWO =
  "read_verilog m.v; proc; write_json one.json; design -reset; read_verilog d.v; proc; write_json two.json";

Deno.test("answers, logs and files are those of an instance of their own, whatever came before", async () => {
  const requests = [
    request(CHECK, { "m.v": GATE }),
    request(MAP, { "m.v": COUNTER }, "m.json"),
    // Its error does not end the instance.
    request(CHECK, { "m.v": "module m(input a;\nendmodule" }),
    // The same again: neither names nor numbers of an earlier request are seen.
    request(MAP, { "m.v": COUNTER }, "m.json"),
    request(MAP, { "m.v": COUNTER }, "m.json"),
    // Other files, and a text that reaches for one of them when it is no longer there.
    request(TWO, { "m.v": GATE, "d.v": COUNTER }, "one.json", "two.json"),
    request(CHECK, { "m.v": '`include "d.v"\n' }),
    // Drivers in conflict, printing while it is read, a line longer than a buffer, no line break at the end.
    request(CHECK, { "m.v": GATE.replace("endmodule", "assign y = a;\nendmodule") }),
    request(CHECK, {
      "m.v": 'module m(output y); assign y = 0; initial $display("{\\n}"); endmodule',
    }),
    request(`${CHECK}${"; check".repeat(2000)}`, { "m.v": GATE }),
    // An error while a file is written.
    request("read_verilog m.v; write_json m.json", { "m.v": COUNTER }, "m.json"),
    request("read_verilog m.v\nproc\nno_such_command", { "m.v": COUNTER }),
  ];
  started = 0;
  const kept = await answersTo(requests);
  // A file more, an include, and what comes after it each start one; an error does not.
  assertEquals(started, 4);
  assertEquals(kept.length, requests.length);
  assertEquals(kept.map(({ code }) => code), [0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1]);
  for (const [at, one] of requests.entries()) {
    const alone = comparable(await runOnce(yosys, one));
    if (alone.code !== 0) alone.files = {};
    assertEquals(comparable(kept[at]!), alone, `request ${at}`);
  }
});

Deno.test("a log is cut, and the files after it are whole", async () => {
  const [answer] = await answersTo([{
    ...request(MAP, { "m.v": COUNTER }, "m.json"),
    logBytes: 100,
  }]);
  assertEquals(answer!.log.length, 100);
  assertEquals(Object.keys(JSON.parse(answer!.files["m.json"]!).modules), ["c"]);
});
