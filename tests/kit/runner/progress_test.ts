import { assertEquals, assertStringIncludes } from "@std/assert";
import { type NotebookRun, RunProgress } from "offprint/kit/runner/mod.ts";

function recorder(terminal: boolean) {
  let text = "";
  let time = 0;
  return {
    target: {
      terminal,
      write: (more: string) => void (text += more),
      columns: () => 60,
      now: () => time,
    },
    at: (seconds: number) => void (time = seconds * 1000),
    take: () => {
      const taken = text;
      text = "";
      return taken;
    },
  };
}

const passed = (id: string): NotebookRun => ({
  id,
  paper: null,
  ok: true,
  seconds: 2.04,
  waitedSeconds: 0,
  cells: 3,
  errors: [],
  claims: [],
  notebook: null,
  cellSeconds: new Map(),
  report: "",
  written: null,
});

Deno.test("on a terminal each running notebook has one line, redrawn in place", () => {
  const { target, at, take } = recorder(true);
  const progress = new RunProgress(target);
  progress.onEvent({ type: "start", id: "01-a" });
  progress.onEvent({ type: "start", id: "02-b" });
  take();
  at(1.5);
  progress.onEvent({
    type: "cell",
    id: "02-b",
    progress: {
      done: 1,
      total: 3,
      cell: "a-cell-with-a-very-long-name-that-does-not-fit-the-line",
    },
  });
  const drawn = take();
  assertStringIncludes(drawn, "\x1b[2A\x1b[0J  01-a  0/0 cells  1.5 s  starting\n");
  assertEquals(drawn.trimEnd().split("\n").at(-1)!.length, 59);
  progress.onEvent({ type: "end", id: "01-a", run: passed("01-a") });
  assertStringIncludes(take(), "✓ 01-a: 3 cells in 2.0 s\n");
  progress.close();
  assertEquals(take(), "\x1b[1A\x1b[0J");
});

Deno.test("in a pipe there are plain lines only, and few", () => {
  const { target, at, take } = recorder(false);
  const progress = new RunProgress(target);
  const cell = (done: number) =>
    progress.onEvent({ type: "cell", id: "01-a", progress: { done, total: 3, cell: "x" } });
  progress.onEvent({ type: "start", id: "01-a" });
  cell(0);
  at(5);
  cell(1);
  at(11);
  cell(2);
  progress.onEvent({ type: "end", id: "01-a", run: passed("01-a") });
  progress.close();
  assertEquals(take(), "  01-a  2/3 cells  11.0 s  x\n✓ 01-a: 3 cells in 2.0 s\n");
});

Deno.test("a failure's report stays on the screen", () => {
  const { target, take } = recorder(true);
  const progress = new RunProgress(target);
  progress.onEvent({ type: "start", id: "01-a" });
  const run = { ...passed("01-a"), ok: false, report: '✗ 01-a, cell "b": it threw' };
  progress.onEvent({ type: "end", id: "01-a", run });
  progress.close();
  assertStringIncludes(take(), '✗ 01-a, cell "b": it threw\n');
});
