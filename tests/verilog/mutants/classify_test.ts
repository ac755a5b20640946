/** Tools take most of the time, so each is asked only where its word can change something. */
import { assertEquals } from "@std/assert";
import { SATURATING_COUNTER } from "offprint/verilog/designs/mod.ts";
import { classify, mutate, type Tools } from "offprint/verilog/mutants/mod.ts";
import { emptyNotes, recordsOf } from "../../../lib/verilog/records/flows.ts";

/** Tools that say what they are told to, and the names of those that were asked. */
function tools(problems: number, icarusAccepts: boolean): { asked: string[]; tools: Tools } {
  const asked: string[] = [];
  const log = `Found and reported ${problems} problems.\n`;
  const said = (name: string, accepted: boolean) => () => {
    asked.push(name);
    return Promise.resolve({ accepted, ranOut: false, log: "m.v:3: error: no\n" });
  };
  return {
    asked,
    tools: {
      yosys: {
        processes: 1,
        run: () => {
          asked.push("yosys");
          return Promise.resolve({ status: "ok", log, files: {} });
        },
      },
      icarus: { check: said("icarus", icarusAccepts) },
      verilator: { lint: said("verilator", false) },
    } as unknown as Tools,
  };
}

Deno.test("Verilator is asked about a mutant that Icarus does not accept, and about no other", async () => {
  const [mutant] = await mutate(SATURATING_COUNTER, { seed: 1, count: 1, classes: ["drivers"] });
  const outcome = async (icarusAccepts: boolean) => {
    const { asked, tools: all } = tools(1, icarusAccepts);
    const { observed, evidence } = await classify(SATURATING_COUNTER, mutant!, all);
    return [observed, evidence, ...asked];
  };
  assertEquals(await outcome(true), ["drivers", "yosys check", "yosys", "icarus"]);
  assertEquals(
    await outcome(false),
    ["elaboration", "icarus, verilator", "yosys", "icarus", "verilator"],
  );
});

Deno.test("about a file as it is, Icarus is asked when Yosys objects to nothing", async () => {
  const outcome = async (problems: number) => {
    const { asked, tools: all } = tools(problems, false);
    const options = { flows: ["repair"], seed: 1, completionsPerModule: 0, mutantsPerFile: 1 };
    const notes = emptyNotes();
    for await (
      const _ of recordsOf("m.v", SATURATING_COUNTER, options as never, all, notes)
    ) throw new Error("a record of a file that a tool objects to");
    return [notes.skipped[0]?.detail, ...asked];
  };
  assertEquals(await outcome(1), ["Yosys gave no reason", "yosys"]);
  assertEquals(await outcome(0), ["Icarus: line 3: no", "yosys", "icarus"]);
});
