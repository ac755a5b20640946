/** Starts what its arguments name, prints the process ids, and stays. Its test kills it. */
import { startChild } from "offprint/process/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";
import { KernelClient } from "offprint/kit/kernel/mod.ts";

const pids: number[] = [];
for (const what of Deno.args) {
  if (what === "tree") {
    const child = startChild("sh", ["-c", "sleep 300 & sleep 300 & echo ready; wait"]);
    await child.stdout.getReader().read();
    pids.push(child.pid);
  } else if (what === "kernel") {
    const kernel = await KernelClient.start({ cwd: Deno.cwd() });
    // Busy, so that nothing in it can notice our end.
    void kernel.execute("while (true);", { cell: "busy" });
    pids.push(kernel.pid);
  } else if (what === "yosys") {
    const pool = new YosysPool({ timeMs: 300_000 });
    await pool.run({ script: "design -reset", files: {} });
    void pool.run({
      script: "read_verilog m.v; techmap; abc; techmap; opt",
      files: {
        "m.v":
          "module m(input [255:0] a, b, c, output [255:0] y); assign y = a * b * c * a; endmodule",
      },
    });
  }
}
console.log(JSON.stringify(pids));
setInterval(() => {}, 1000);
