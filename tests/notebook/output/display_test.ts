import { assert, assertEquals, assertRejects } from "@std/assert";
import { display, inKernel, JUPYTER_DISPLAY, send } from "offprint/notebook/output/display.ts";
import { md } from "offprint/notebook/output/markdown.ts";
import { logged, withEnv, withKernelNamespace } from "../fake_kernel.ts";

Deno.test("in a kernel, display sends a bundle, and updates it under its id", async () => {
  await withKernelNamespace(async (sent) => {
    assert(inKernel());
    await display(md`*one*`);
    await display("two", { id: "state" });
    await display({ [JUPYTER_DISPLAY]: () => Promise.resolve({ "text/html": "<b>3</b>" }) }, {
      id: "state",
      update: true,
    });
    await display(42);
    assertEquals(sent, [
      {
        type: "display_data",
        content: {
          data: { "text/markdown": "*one*", "text/plain": "*one*" },
          metadata: {},
          transient: {},
        },
      },
      {
        type: "display_data",
        content: {
          data: { "text/plain": "two" },
          metadata: {},
          transient: { display_id: "state" },
        },
      },
      {
        type: "update_display_data",
        content: {
          data: { "text/html": "<b>3</b>" },
          metadata: {},
          transient: { display_id: "state" },
        },
      },
      {
        type: "display_data",
        content: { data: { "text/plain": "formatted 42" }, metadata: {}, transient: {} },
      },
    ]);
  });
});

Deno.test("display gives the kernel time to pass its output on, send does not", async () => {
  await withKernelNamespace(async () => {
    let timers = 0;
    const timer = new Promise<void>((resolve) =>
      setTimeout(() => {
        timers++;
        resolve();
      }, 1)
    );
    await send("soon replaced");
    assertEquals(timers, 0);
    await display("stays");
    assertEquals(timers, 1);
    await timer;
  });
});

Deno.test("outside a kernel, display prints text, or nothing when quiet", async () => {
  assert(!inKernel());
  const show = async () => {
    await display(md`*one*`);
    await display("two");
    await display({ a: [1] });
    await display({ [JUPYTER_DISPLAY]: () => ({ "text/markdown": "# three" }) });
    await display({ [JUPYTER_DISPLAY]: () => ({ "image/png": "…" }) });
  };
  await withEnv("OFFPRINT_QUIET", undefined, async () => {
    assertEquals(await logged(show), ["*one*", "two", "{ a: [ 1 ] }", "# three", "[image/png]"]);
  });
  await withEnv("OFFPRINT_QUIET", "1", async () => assertEquals(await logged(show), []));
});

Deno.test("an update needs an id", async () => {
  await assertRejects(() => display("x", { update: true }), TypeError, "update without an id");
});

Deno.test("a displayable logs as its text", () => {
  assertEquals(Deno.inspect(md`some **text**`), "some **text**");
  assertEquals(`${md`some **text**`}`, "some **text**");
});
