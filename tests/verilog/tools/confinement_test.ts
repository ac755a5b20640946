import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { runLimited } from "offprint/process/mod.ts";
import {
  confinedCommand,
  confinementNote,
  findConfinement,
  findIcarus,
  TOOL_LIMITS,
} from "offprint/verilog/tools/mod.ts";

Deno.test("a confined program sees its own folder and no other file", async (t) => {
  const how = await findConfinement("true", []);
  await t.step({
    name: `with ${how ?? "nothing: neither bubblewrap nor unshare works here"}`,
    ignore: how === undefined,
    fn: async () => {
      const outside = await Deno.makeTempDir();
      const folder = await Deno.makeTempDir();
      try {
        await Deno.writeTextFile(join(outside, "marker"), "seen");
        await Deno.writeTextFile(join(folder, "own"), "mine");
        const script =
          `cat own; cat ${outside}/marker; echo made > made; echo x > ${outside}/made; ls /`;
        const command = confinedCommand(how, "sh", ["-c", script], folder);
        const { output } = await runLimited(...command, folder, TOOL_LIMITS);
        assertEquals([output.includes("mine"), output.includes("seen")], [true, false]);
        assertEquals(/^(etc|home|root|tmp)$/m.test(output), false);
        assertEquals(await Deno.readTextFile(join(folder, "made")), "made\n");
        assertEquals([...Deno.readDirSync(outside)].map(({ name }) => name), ["marker"]);
      } finally {
        await Deno.remove(outside, { recursive: true });
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
});

Deno.test("what confines a simulation is said in words, also when it is nothing", () => {
  assertEquals(confinementNote("bubblewrap").startsWith("confined by bubblewrap: "), true);
  assertEquals(confinementNote("unshare").startsWith("confined by unshare: "), true);
  assertEquals(confinementNote(undefined).startsWith("confined by nothing but the check of"), true);
});

Deno.test("a trusted bench reads its own files and nothing outside", async (t) => {
  const icarus = await findIcarus();
  await t.step({
    name: "with Icarus",
    ignore: icarus === undefined,
    fn: async () => {
      const bench = (path: string) =>
        `module m; reg [7:0] r[0:0]; string p; initial begin p = {"${path}"}; $readmemh(p, r); ` +
        '$display("read %h", r[0]); end endmodule';
      const run = (path: string) =>
        icarus!.simulate({ "m.v": bench(path), "own.hex": "4d\n" }, "2012", {
          sources: ["m.v"],
          trusted: ["m.v"],
        });
      assertEquals((await run("own.hex")).output.includes("read 4d"), true);
      if (icarus!.confinement === undefined) return;
      const file = await Deno.makeTempFile();
      try {
        await Deno.writeTextFile(file, "5e\n");
        // The path is put together, so that no check of the text sees it.
        const { output } = await run(file.replaceAll("/", '", 8\'d47, "').replace(/^", /, '", '));
        assertEquals(output.includes("read 5e"), false);
      } finally {
        await Deno.remove(file);
      }
    },
  });
});
