/** One notebook with its kernel: what runs, what is told, what stops. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import type { ReaderEvent } from "offprint/kit/read/messages.ts";
import { Heard, SAMPLE } from "./sample.ts";

Deno.test("a session runs what is asked, and says what is out of date", async (t) => {
  const heard = new Heard();
  const { session } = heard;
  /** Cells that are out of date, in the notebook's order. */
  const stale = () =>
    SAMPLE.cells.map(({ id }) => id).filter((id) => heard.states.get(id)?.stale === true);
  try {
    await t.step("nothing runs, and no kernel is there, before the first Run", async () => {
      const told = [...session.snapshot(false)];
      assertEquals(told.at(-1), { type: "kernel", kernel: "none" });
      assertEquals(await session.ask("complete_request", "numb", 4), undefined);
    });

    await t.step("the kernel may start before the first cell, and runs none of them", async () => {
      session.ready();
      session.ready();
      await heard.until(() =>
        heard.events.some((event) => event.type === "kernel" && event.kernel === "idle")
      );
      const states = heard.events.flatMap((event) => event.type === "kernel" ? event.kernel : []);
      assertEquals(states, ["starting", "idle"]);
      assertEquals(heard.began, []);
    });

    await t.step("a cell brings what it needs and has not run, and nothing else", async () => {
      await session.runNeeded(["both"]);
      await heard.ended("both", "ok");
      assertEquals(heard.began, ["parameters", "numbers", "seeded", "both"]);
      assertEquals(heard.printed("both"), "both 13\n");
      heard.events.length = 0;
      await session.runNeeded(["sum"]);
      await heard.ended("sum", "ok");
      assertEquals(heard.began, ["sum"]);
    });

    await t.step("a parameter reruns exactly the cells that depend on it", async () => {
      heard.events.length = 0;
      await session.change({ runs: "4" }, true);
      await heard.ended("both", "ok");
      assertEquals(heard.began, ["parameters", "numbers", "sum", "both"]);
      assertEquals([heard.printed("sum"), heard.printed("both")], ["sum 10\n", "both 14\n"]);
      assertEquals(stale(), []);
    });

    await t.step("without running, they are marked", async () => {
      await session.change({ seed: "2" }, false);
      await heard.until(() => heard.states.get("both")?.stale === true);
      assertEquals(stale(), ["parameters", "seeded", "both"]);
      session.reset("parameters");
      await heard.until(() => heard.states.get("seeded")?.stale === false);
      assertEquals(stale(), ["parameters", "numbers", "sum", "both"]); // runs was 4 when they ran
    });

    await t.step("an error stands at its cell with its line, and ends what waits", async () => {
      session.run(["fails", "after"]);
      await heard.ended("fails", "error");
      const { status, line } = heard.states.get("fails")!;
      assertEquals([status, line], ["error", 2]);
      assertEquals(heard.states.get("after")?.status, "idle");
      assertEquals(heard.printed("after"), "");
    });

    await t.step("three thousand lines arrive, in pieces", async () => {
      heard.events.length = 0;
      session.run(["lines"]);
      await heard.ended("lines", "ok");
      let text = "";
      for (const event of heard.events) {
        if (event.type === "outputs" && event.cell === "lines") {
          text = event.items.map((item) => "text" in item ? item.text : "").join("");
        } else if (event.type === "text" && event.cell === "lines") text += event.text;
      }
      assertEquals(text, Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join(""));
      assertEquals(heard.printed("lines"), text);
    });

    await t.step("the kernel completes names", async () => {
      const reply = await session.ask("complete_request", "numbers.le", 10);
      assertStringIncludes(JSON.stringify(reply?.["matches"]), "length");
    });

    await t.step("a loop without an end is stopped, and others run on", async () => {
      session.run(["endless", "after"]);
      await heard.until(() => heard.states.get("endless")?.status === "running");
      await session.stop();
      await heard.ended("endless", "stopped");
      assertEquals(heard.states.get("after")?.status, "idle");
      session.run(["sum"]);
      await heard.ended("sum", "ok");
      assertEquals(heard.printed("sum"), "sum 10\n");
    });

    await t.step(
      "a cell that waits for ever loses its kernel, and the next Run has a new one",
      async () => {
        session.run(["waits"]);
        await heard.until(() => heard.states.get("waits")?.status === "running");
        await session.stop();
        await heard.ended("waits", "stopped");
        const lost: ReaderEvent = {
          type: "kernel",
          kernel: "none",
          note:
            "Stopped. The kernel had to be replaced: values of cells are gone, Run above brings them back.",
        };
        // It is the last that is said, and a page which is opened now is told too.
        assertEquals(heard.events.findLast(({ type }) => type === "kernel"), lost);
        assertEquals([...session.snapshot(false)].at(-1), lost);
        heard.events.length = 0;
        await session.runNeeded(["sum"]);
        await heard.ended("sum", "ok");
        assertEquals(heard.began, ["parameters", "numbers", "sum"]);
      },
    );

    await t.step("after a restart outputs stay and values are gone", async () => {
      await session.restart();
      const last = [...session.snapshot(false)].at(-1);
      assert(last?.type === "kernel" && last.note?.startsWith("restarted"));
      assertEquals(heard.printed("sum"), "sum 6\n");
      assertEquals(heard.states.get("sum")?.status, "idle");
      session.run(["sum"]);
      await heard.ended("sum", "error");
    });
  } finally {
    await session.close();
  }
});

Deno.test("a parameter runs again what has been run, and names what has not", async () => {
  const heard = new Heard();
  const { session } = heard;
  /** What a change says before anything runs, and what runs then. */
  const change = async (values: Record<string, string>, last: string) => {
    heard.events.length = 0;
    await session.change(values, true);
    const { runs, others } = heard.events.find((event) => event.type === "changed")!;
    await heard.ended(last, "ok");
    assertEquals(heard.began.length, runs);
    return [heard.began, others];
  };
  try {
    await session.runNeeded(["seeded"]);
    await heard.ended("seeded", "ok");
    assertEquals(await change({ runs: "4" }, "parameters"), [
      ["parameters"],
      ["numbers", "sum", "both"],
    ]);
    assertEquals(await change({ seed: "5" }, "seeded"), [["parameters", "seeded"], ["both"]]);
    // What is shown is still of this session where the kernel is another one.
    await session.restart();
    assertEquals(await change({ seed: "9" }, "seeded"), [["parameters", "seeded"], ["both"]]);
    assertEquals(heard.printed("seeded"), "seeded 90\n");
    await session.restart();
    await session.change({ seed: "7" }, false);
    await heard.until(() => heard.states.get("seeded")?.stale === true);
  } finally {
    await session.close();
  }
});

Deno.test("the notebook's own outputs are out of date when what they were made of is not as it was", async () => {
  const shows = ["sum", "both", "alone"];
  const notebook = {
    ...SAMPLE,
    cells: SAMPLE.cells.map((cell) =>
      cell.cell_type === "code" && shows.includes(cell.id)
        ? {
          ...cell,
          outputs: [{ output_type: "stream" as const, name: "stdout" as const, text: "before" }],
        }
        : cell
    ),
  };
  const heard = new Heard({ notebook });
  const { session } = heard;
  const stale = () => [...heard.states.values()].filter((state) => state.stale && state.own);
  const marked = async (ids: string[]) => {
    await heard.until(() => stale().map(({ id }) => id).join() === ids.join());
  };
  await session.change({ runs: "4" }, true);
  assertEquals(heard.events.filter(({ type }) => type === "changed"), [
    { type: "changed", names: ["runs"], runs: 0, others: ["numbers", "sum", "both"] },
  ]);
  await marked(["sum", "both"]);
  session.reset("parameters");
  await marked([]);
  session.edit("seeded", "const seeded = 2;");
  await marked(["both"]);
  session.edit("seeded", SAMPLE.cells.find(({ id }) => id === "seeded")!.source);
  await marked([]);
  session.edit("alone", "1;");
  await marked(["alone"]);
  // Nothing has run, and no kernel has started.
  assertEquals([...session.snapshot(false)].at(-1), { type: "kernel", kernel: "none" });
  await session.close();
});

Deno.test("a notebook from elsewhere runs nothing before it is trusted", async () => {
  const heard = new Heard({ foreign: true });
  const { session } = heard;
  session.run(["alone"]);
  assertEquals(heard.events.map(({ type }) => type), ["problem"]);
  await session.runNeeded(["alone"]);
  await session.change({ runs: "9" }, true);
  assertEquals(heard.began, []);
  assertEquals([...session.snapshot(false)].at(-1), { type: "kernel", kernel: "none" });
  await session.close();
});

Deno.test("a cell of parameters that cannot be read says why, and keeps the notebook's own", async () => {
  const { session, events } = new Heard();
  const panel = () => events.filter((event) => event.type === "parameters").at(-1)!;
  const source = SAMPLE.cells.find(({ id }) => id === "parameters")!.source;
  session.edit("parameters", `throw new Error("no");\n${source}`);
  assertEquals(panel().parameters.map(({ name, value }) => [name, value]), [
    ["runs", "3"],
    ["seed", "1"],
  ]);
  assertStringIncludes(panel().problem!, 'parameters cell, line 1: got "throw new Error');
  const state = [...session.snapshot(false)].find((event) => event.type === "state")!;
  assertEquals(state.problem, panel().problem);
  await assertRejects(() => session.change({ runs: "4" }, false), UserError, "line 1");
  session.edit("parameters", source.replace("= 3", "= 8"));
  assertEquals(panel().problem, undefined);
  const [{ value, initial } = {}] = panel().parameters;
  assertEquals([value, initial], ["8", "3"]);
  await session.close();
});

Deno.test("edits are the session's own until they are reset", () => {
  const heard = new Heard();
  heard.session.edit("sum", "1;");
  assertEquals(heard.session.edited, new Map([["sum", "1;"]]));
  const [before, after] = [SAMPLE, heard.session.notebook].map(({ cells }) =>
    cells.find(({ id }) => id === "sum")!.source
  );
  assert(before !== after && after === "1;");
  heard.session.reset("sum");
  assertEquals(heard.session.edited.size, 0);
});

Deno.test("a cell that is added runs like any other, and its reset takes it away", async () => {
  const heard = new Heard();
  const { session } = heard;
  const ids = () => session.notebook.cells.map(({ id }) => id);
  const before = ids();
  try {
    session.insert({ id: "new-00000001", after: "numbers" });
    session.insert({ id: "new-00000001", after: "sum" });
    session.insert({ id: "new-00000002", after: "no such cell" });
    assertEquals(ids(), before.toSpliced(before.indexOf("numbers") + 1, 0, "new-00000001"));
    session.run(["new-00000001"]); // it is empty: nothing runs
    session.edit("new-00000001", 'console.log("twice", 2 * numbers.length);');
    await session.runNeeded(["new-00000001"]);
    await heard.ended("new-00000001", "ok");
    assertEquals(heard.began, ["parameters", "numbers", "new-00000001"]);
    assertEquals(heard.printed("new-00000001"), "twice 6\n");
    assertEquals([...session.snapshot(false)][0], {
      type: "inserted",
      cell: "new-00000001",
      after: "numbers",
    });
    session.reset("new-00000001");
    assertEquals(ids(), before);
    assertEquals(session.edited.size, 0);
  } finally {
    await session.close();
  }
});
