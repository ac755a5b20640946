import { assertEquals, assertThrows } from "@std/assert";
import { progress } from "offprint/notebook/progress.ts";
import { withKernelNamespace } from "./fake_kernel.ts";

Deno.test("in a kernel, one display is updated, at most once per percent", async () => {
  await withKernelNamespace((sent) => {
    const steps = progress("simulating", 1000);
    for (let i = 0; i < 1000; i++) steps.tick();
    steps.tick();
    steps.done();
    assertEquals(sent.length, 101);
    assertEquals(sent.map(({ type }) => type).slice(0, 3), [
      "display_data",
      "update_display_data",
      "update_display_data",
    ]);
    assertEquals(new Set(sent.map(({ content }) => content.transient.display_id)).size, 1);
    assertEquals(sent[0]!.content.data["text/plain"], "simulating 0/1000");
    assertEquals(sent.at(-1)!.content.data, {
      "text/html":
        '<p class="offprint-progress"><progress value="1000" max="1000" aria-label="simulating"></progress> simulating 1000/1000</p>',
      "text/plain": "simulating 1000/1000",
    });
  });
});

Deno.test("two progress displays do not share an id", async () => {
  await withKernelNamespace((sent) => {
    progress("a", 1);
    progress("a", 1);
    assertEquals(new Set(sent.map(({ content }) => content.transient.display_id)).size, 2);
  });
});

Deno.test("notes, large steps, an early end and nothing to do", async () => {
  await withKernelNamespace((sent) => {
    const texts = () => sent.splice(0).map(({ content }) => content.data["text/plain"]);
    const steps = progress("a <b>", 10);
    steps.tick(3, "first");
    steps.tick(0, "not shown");
    steps.tick(100);
    steps.done("too late");
    assertEquals(texts(), ["a <b> 0/10", "a <b> 3/10 (first)", "a <b> 10/10"]);
    const short = progress("b", 10);
    short.tick();
    short.done("converged");
    short.tick();
    assertEquals(texts(), ["b 0/10", "b 1/10", "b 1/10 (converged)"]);
    progress("c", 0).done();
    assertEquals(texts(), ["c 0/0"]);
  });
});

Deno.test("totals and steps that are none are refused", () => {
  for (const total of [-1, 1.5, NaN, Infinity]) {
    assertThrows(() => progress("x", total), RangeError, `got total ${total}`);
  }
});
