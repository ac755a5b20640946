import { assertEquals } from "@std/assert";
import { countingLine, duration, Ending, ProgressLine, type Terminal } from "offprint/terminal.ts";

/** A terminal that keeps what is written; its clock stands until it is set. */
function kept(terminal: boolean): Terminal & { text: string; time: number } {
  return {
    text: "",
    time: 0,
    terminal,
    write(text) {
      this.text += text;
    },
    now() {
      return this.time;
    },
  };
}

Deno.test("a line of progress is rewritten in a terminal, at most once a period", () => {
  const to = kept(true);
  const line = new ProgressLine(to, { terminalMs: 100 });
  line.show("a");
  line.show("b");
  to.time = 100;
  line.show("c");
  line.show("d", true);
  line.note("kept");
  line.close();
  assertEquals(to.text, "\r\x1b[Ka\r\x1b[Kc\r\x1b[Kd\r\x1b[Kkept\n\r\x1b[K");
});

Deno.test("elsewhere every line stays and comes seldom; waiting and starting again", () => {
  const to = kept(false);
  const line = new ProgressLine(to, { logMs: 1000 });
  line.wait();
  line.show("too early");
  line.restart();
  line.show("first");
  to.time = 999;
  line.show("too early");
  line.close();
  assertEquals(to.text, "first\n");
});

Deno.test("a counting line says only the end outside a terminal", () => {
  const log = kept(false), screen = kept(true);
  for (const to of [log, screen]) {
    const count = countingLine(to);
    count(1, 2, "x".repeat(60));
    count(2, 2);
  }
  assertEquals(log.text, "2/2\n");
  assertEquals(screen.text, `\r\x1b[K1/2 ${"x".repeat(50)}\r\x1b[K2/2\n`);
});

Deno.test("durations as a person says them", () => {
  assertEquals([42, 400, 7500].map(duration), ["42 s", "7 min", "2 h 05 min"]);
});

Deno.test({
  name: "a signal becomes an abort and an exit code, and the program goes on",
  ignore: Deno.build.os === "windows",
  async fn() {
    using ending = new Ending();
    const aborted = new Promise((resolve) => ending.signal.addEventListener("abort", resolve));
    // Listening for signals alone does not keep a program alive.
    const alive = setInterval(() => {}, 1000);
    Deno.kill(Deno.pid, "SIGTERM");
    await aborted;
    clearInterval(alive);
    assertEquals([ending.exitCode, ending.signal.aborted], [143, true]);
  },
});
