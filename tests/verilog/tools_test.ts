import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { findIcarus, reachesOutside, TOOL_LIMITS, YosysPool } from "offprint/verilog/tools/mod.ts";

const huge = "module m(input c, input [25:0] a, output reg [31:0] q); reg [31:0] m[0:49999999]; " +
  "always @(posedge c) begin q <= m[a]; m[a] <= a; end endmodule";

Deno.test("Yosys answers, says no, and survives a design that takes all memory or all time", async () => {
  await using yosys = new YosysPool({ timeMs: 60_000 });
  const script = "read_verilog m.v; hierarchy -auto-top; proc; check -assert";
  const good = await yosys.run({
    script: script + "; write_json o.json",
    files: { "m.v": "module m(input a, output y); assign y = a; endmodule" },
    outputs: ["o.json", "none"],
  });
  assertEquals(good.status, "ok");
  assertEquals(Object.keys(good.files), ["o.json"]);
  assertEquals((await yosys.run({ script, files: { "m.v": "module m(" } })).status, "error");
  const memory = await yosys.run({
    script: "read_verilog m.v; proc; memory",
    files: { "m.v": huge },
  });
  assert(["memory", "error"].includes(memory.status), memory.status);
  assertEquals((await yosys.run({ script, files: { "m.v": "module m; endmodule" } })).status, "ok");

  await using hasty = new YosysPool({ timeMs: 300 });
  const slow =
    "module m(input [95:0] a, b, c, output [95:0] y); assign y = a * b * c * a * b; endmodule";
  const late = await hasty.run({
    script: "read_verilog m.v; techmap; abc; techmap; opt",
    files: { "m.v": slow },
  });
  assertEquals(late.status, "time");
});

Deno.test("a process that dies at once is one line; one that died idle costs nothing", async () => {
  if (Deno.build.os !== "linux") return;
  await using starved = new YosysPool({ memoryBytes: 1_000_000 });
  await assertRejects(
    () => starved.run({ script: "", files: {} }),
    UserError,
    "a child process that ended at once",
  );
  await using yosys = new YosysPool({ timeMs: 60_000 });
  const design = { script: "read_verilog m.v", files: { "m.v": "module m; endmodule" } };
  assertEquals((await yosys.run(design)).status, "ok");
  const { stdout } = await new Deno.Command("pgrep", {
    args: ["-P", `${Deno.pid}`, "-f", "yosys_child"],
  }).output();
  for (const pid of new TextDecoder().decode(stdout).trim().split(/\s+/)) {
    // It may read its package, and nothing else is open to it.
    const words = (await Deno.readTextFile(`/proc/${pid}/cmdline`)).split("\0");
    const allowed = words.filter((word) => /^-A$|^--allow/.test(word));
    assertEquals(allowed.length, 1, allowed.join(" "));
    assert(/^--allow-read=\S+[/]@yowasp[/]yosys$/.test(allowed[0]!), allowed[0]);
    Deno.kill(Number(pid), "SIGKILL");
  }
  // The end of a process takes a moment to be seen; a request that meets it is asked again or ran out.
  assertEquals((await yosys.run(design)).status === "error", false);
  assertEquals((await yosys.run(design)).status, "ok");
});

Deno.test("a pool shares its processes and closes", async () => {
  const pool = new YosysPool({ processes: 1 });
  const runs = await Promise.all(
    ["a", "b", "c"].map((name) =>
      pool.run({
        script: "read_verilog m.v; write_json o",
        files: { "m.v": `module ${name}; endmodule` },
        outputs: ["o"],
      })
    ),
  );
  assertEquals(runs.map(({ files }, at) => files.o!.includes(`"${"abc"[at]}"`)), [
    true,
    true,
    true,
  ]);
  await pool[Symbol.asyncDispose]();
  await assertRejects(() => pool.run({ script: "", files: {} }));
});

Deno.test("Icarus: time limit, refused tasks, no files left behind", async () => {
  assertEquals(
    reachesOutside('initial $fopen("x");'),
    "the system task $fopen is not allowed here",
  );
  assertEquals(reachesOutside('// $fopen\ninitial $display("$fopen");'), undefined);
  assertEquals(await findIcarus(), await findIcarus());
  const icarus = await findIcarus({ ...TOOL_LIMITS, timeMs: 1500 });
  if (icarus === undefined) return;
  const forever = "module m; reg a = 0; always #1 a = ~a; endmodule";
  const hung = await icarus.simulate({ "m.v": forever });
  assert(hung.ended === "time" || hung.ended === "output", hung.ended);
  assertEquals(
    (await icarus.simulate({ "m.v": "module m; initial $dumpvars; endmodule" })).ended,
    "refused",
  );
  assertEquals(
    (await icarus.check({ "m.v": "module m; initial $readmemh(1, m); endmodule" })).accepted,
    false,
  );
  assertEquals((await icarus.check({ "m.v": "module m; wire a; endmodule" })).accepted, true);
  await assertRejects(() => icarus.check({ "../m.v": "module m; endmodule" }), TypeError);
});
