/** The reader in a real browser: one browser, one server, a small notebook whose cells depend on each other. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { parseNotebook, stringifyNotebook } from "offprint/kit/pairs/mod.ts";
import { newToken, Shelf, startReader } from "offprint/kit/read/mod.ts";
import { ignore, launch, PATIENT_MS, until, why } from "../site/browser/open.ts";
import { SAMPLE, SOURCE } from "./sample.ts";

const ID = "02-sample";

/** A notebook of a stranger: each piece tries to mark the page, or looks like a part of it. */
const MARK = "document.documentElement.dataset.ran='yes'";
const HOSTILE = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    {
      cell_type: "markdown",
      id: "prose",
      metadata: {},
      source:
        `# Kind\n\n**kept** $\\omega^{17}$ <img src="x" onerror="${MARK}"><script>${MARK}</script>` +
        `<a href="javascript:${MARK}">press</a><form action="/"><button class="trust">Trust</button></form>`,
    },
    {
      cell_type: "code",
      id: "code",
      metadata: {},
      source: 'console.log("it ran");',
      execution_count: 1,
      outputs: [{
        output_type: "display_data",
        metadata: {},
        data: { "text/html": `<svg onload="${MARK}"></svg><b id="reader">shown</b>` },
      }],
    },
  ],
};

const status = (id: string) => `document.querySelector("#cell-${id}").dataset.status`;
const shown = (id: string) => `document.querySelector("#cell-${id} > .outputs").innerText.trim()`;

Deno.test({
  name: `the reader in a browser${why}`,
  ignore,
  // The browser's pipes outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(join(folder, `${ID}.ts`), SOURCE);
    await Deno.writeTextFile(join(folder, `${ID}.ipynb`), stringifyNotebook(SAMPLE));
    const foreign = [{
      id: "opened-hostile",
      path: join(folder, "hostile.ipynb"),
      notebook: parseNotebook(JSON.stringify(HOSTILE), "hostile.ipynb"),
    }];
    const token = newToken();
    const start = async (port: number) =>
      startReader({ shelf: await Shelf.open(folder, foreign), token, port });
    let reader = await start(0);
    const { port } = reader;
    let browser: Browser | undefined;
    const step = (name: string, fn: () => Promise<void>) =>
      t.step({ name, fn, sanitizeOps: false, sanitizeResources: false });
    try {
      browser = await launch();
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      context.setDefaultTimeout(PATIENT_MS);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", ({ message }) => problems.push(message));
      await page.goto(reader.address.replace("/?", `/${ID}.html?`));
      const press = async (on: Page, id: string, keys: string) => {
        await on.evaluate(`document.querySelector("#cell-${id}").focus()`);
        await on.keyboard.press(keys);
      };

      await step("a kernel starts when the pointer comes to Run, and not before", async () => {
        const says = `document.querySelector(".kernel-status").textContent`;
        await until(page, `document.querySelector("#cell-both .run")`);
        await page.locator("#cell-both").hover({ position: { x: 5, y: 60 } });
        assertStringIncludes(await page.evaluate(says), "no kernel yet");
        await page.locator("#cell-both .run").hover();
        await until(page, `${says} === "ready"`);
        assertEquals(await page.evaluate(status("both")), "idle");
      });

      await step("by keyboard alone a cell runs, with what it needs", async () => {
        await until(page, `document.querySelector("#cell-both .run")`);
        await press(page, "both", "Control+Enter");
        await until(page, `${status("both")} === "ok"`);
        assertEquals(await page.evaluate(shown("both")), "both 13");
        assertEquals(await page.evaluate(status("sum")), "idle");
        await page.keyboard.press("ArrowDown");
        assertEquals(await page.evaluate("document.activeElement.id"), "cell-alone");
      });

      await step("the bar stays at the upper edge while one reads on", async () => {
        await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
        const bar = "document.querySelector('.reader-bar').getBoundingClientRect()";
        await until(page, `scrollY > 200 && ${bar}.top === 0 && ${bar}.height > 20`);
      });

      await step(
        "a parameter changes what depends on it, beside the run that is held",
        async () => {
          await page.evaluate(`document.querySelector("#cell-both .hold").click()`);
          await page.locator(".panel summary").click();
          await page.evaluate(`(() => {
            const status = document.querySelector(".kernel-status");
            globalThis.said = [];
            new MutationObserver(() => globalThis.said.push(status.textContent))
              .observe(status, { childList: true });
          })()`);
          await page.locator("#parameter-runs").fill("5");
          await page.keyboard.press("Tab");
          await until(page, `${shown("both")} === "both 15" && ${status("both")} === "ok"`);
          const said = await page.evaluate<string[]>("globalThis.said");
          const counts = said.flatMap((text) => /^(\d of \d) cells done/.exec(text)?.[1] ?? []);
          assertEquals([...new Set(counts)], ["0 of 3", "1 of 3", "2 of 3"]);
          assertEquals(
            await page.evaluate(`document.querySelector(".held-run .outputs").innerText.trim()`),
            "both 13",
          );
          assertEquals(await page.evaluate(status("alone")), "idle");
          assertEquals(
            await page.locator(".changed [role=status]").textContent(),
            "3 cells run again; 1 other that depends on runs has not been run.",
          );
          await page.getByRole("button", { name: "Run it too" }).click();
          await until(page, `${shown("sum")} === "sum 15" && ${status("sum")} === "ok"`);
          assertEquals(await page.locator(".changed").isVisible(), false);
        },
      );

      await step(
        "the panel shows code as code, and why a cell of parameters cannot be read",
        async () => {
          const code = "document.querySelector('#parameter-runs-doc code').textContent";
          assertEquals(await page.evaluate(code), "numbers.length");
          const panel = (ending: string) => `document.querySelector(".panel-problem")${ending}`;
          assertEquals(await page.evaluate(panel(".hidden")), true);
          await press(page, "parameters", "Enter");
          await page.keyboard.press("Control+Home");
          await page.keyboard.type('throw new Error("no");');
          await until(page, panel(".checkVisibility()"));
          assertStringIncludes(await page.evaluate(panel(".textContent")), "line 1: got");
          assertEquals(
            await page.evaluate("document.querySelector('#parameter-runs').disabled"),
            true,
          );
          await page.locator('#cell-parameters button:text-is("Reset")').click();
          await until(page, `!${panel(".checkVisibility()")}`);
        },
      );

      await step("on a phone a line of an editor fades where it is cut", async () => {
        await page.setViewportSize({ width: 360, height: 740 });
        await page.evaluate(`document.querySelector("#cell-counts").scrollIntoView()`);
        await until(page, `document.querySelector("#cell-counts .cm-scroller.is-cut-end")`);
        const mask = (id: string) =>
          page.evaluate<string>(
            `getComputedStyle(document.querySelector("#cell-${id} .cm-scroller")).maskImage`,
          );
        assertStringIncludes(await mask("counts"), "gradient");
        await press(page, "counts", "Enter");
        await until(page, `document.querySelector("#cell-counts .cm-focused")`);
        assertEquals(await mask("counts"), "none");
        await page.setViewportSize({ width: 1280, height: 900 });
      });

      await step("an error is at its cell and its line", async () => {
        await press(page, "fails", "Control+Enter");
        await until(page, `document.querySelector("#cell-fails .failing-line")`);
        const text = "document.querySelector('#cell-fails .failing-line').textContent";
        assertEquals(await page.evaluate(text), 'throw new Error("as asked");');
        assertStringIncludes(await page.evaluate(shown("fails")), "as asked");
      });

      await step(
        "what is typed runs; a second page sees it, and a page opened again still does",
        async () => {
          await press(page, "alone", "Enter");
          await page.keyboard.press("Control+A");
          await page.keyboard.type('console.log("typed");');
          const second = await context.newPage();
          await second.goto(`http://127.0.0.1:${port}/${ID}.html`);
          await until(second, `document.querySelector("#cell-alone .run")`);
          await page.keyboard.press("Control+Enter");
          await until(second, `${shown("alone")} === "typed"`);
          await second.close();
          await page.reload();
          await until(page, `document.querySelector("#cell-alone")?.dataset.status === "ok"`);
          assertEquals(await page.evaluate(shown("alone")), "typed");
        },
      );

      await step("Alt+Enter runs a cell and adds one below it; Remove takes it away", async () => {
        const added = "document.querySelector('#cell-sum + .cell')";
        await press(page, "sum", "Alt+Enter");
        await until(
          page,
          `${added}.id.startsWith("cell-new-") && ${added}.querySelector(".cm-focused")`,
        );
        await page.keyboard.type('console.log("below");');
        await page.keyboard.press("Control+Enter");
        await until(page, `${added}.dataset.status === "ok"`);
        const text = `${added}.querySelector(":scope > .outputs").innerText.trim()`;
        assertEquals(await page.evaluate(text), "below");
        await page.reload();
        await until(page, `${added}?.dataset.status === "ok"`);
        assertEquals(await page.evaluate(text), "below");
        await page.locator("#cell-sum + .cell").getByRole("button", { name: "Remove" }).click();
        await until(page, `!${added}.id.startsWith("cell-new-")`);
      });

      await step("a page opened again in mid-run shows what came before and goes on", async () => {
        await press(page, "counts", "Control+Enter");
        await until(page, `${shown("counts")}.includes("count 1")`);
        await page.reload();
        await until(page, `document.querySelector("#cell-counts")?.dataset.status === "running"`);
        await until(page, `${shown("counts")}.includes("count 1")`);
        // The cell waits for this file.
        await Deno.writeTextFile(join(folder, "go"), "");
        await until(page, `${status("counts")} === "ok"`);
        assertEquals(await page.evaluate(shown("counts")), "count 1\ncount 2");
      });

      await step("Restart: what was shown stays, values are gone", async () => {
        await page.getByRole("button", { name: "Restart" }).click();
        await until(page, `${status("sum")} === "idle"`);
        assertEquals(await page.evaluate(shown("counts")), "count 1\ncount 2");
        await press(page, "both", "Control+Enter");
        await until(page, `${status("both")} === "ok"`);
        assertEquals(await page.evaluate(status("numbers")), "ok", "what it needs ran again");
      });

      await step("Stop ends a cell that does not", async () => {
        await page.locator("#cell-endless .run").click();
        await until(page, `${status("endless")} === "running"`);
        await page.getByRole("button", { name: "Stop" }).click();
        await until(page, `${status("endless")} === "stopped"`);
        await page.locator("#cell-waits .run").click();
        await until(page, `${status("waits")} === "running"`);
        await page.getByRole("button", { name: "Stop" }).click();
        const says = `document.querySelector(".kernel-status").textContent`;
        await until(page, `${says}.startsWith("Stopped. The kernel had to be replaced")`);
      });

      await step(
        "the page says that the server is away, keeps what it shows, and comes back",
        async () => {
          await reader.close();
          await until(
            page,
            `document.querySelector(".reader-problem").textContent.includes("away")`,
          );
          assertEquals(await page.evaluate(shown("alone")), "typed");
          reader = await start(port);
          await until(page, `document.querySelector(".reader-problem").hidden`);
          await press(page, "sum", "Control+Enter");
          await until(page, `${shown("sum")} === "sum 6" && ${status("sum")} === "ok"`);
        },
      );

      await step("the first page narrows its claims, and the search page finds words", async () => {
        await page.goto(`http://127.0.0.1:${port}/index.html`);
        await page.locator('.filters [name="paper"]').selectOption("02");
        await page.locator('.filters [name="words"]').fill("rejections");
        const rows =
          "[...document.querySelectorAll('tr[data-claim]')].filter((row) => row.checkVisibility())";
        const ids = await page.evaluate<string[]>(`${rows}.map((row) => row.dataset.claim)`);
        assert(ids.length > 0 && ids.every((id) => id.startsWith("02.")), ids.join());
        const texts = await page.evaluate<string[]>(
          `${rows}.map((row) => row.dataset.claim + row.textContent)`,
        );
        assert(texts.every((text) => text.toLowerCase().includes("rejections")));
        assertEquals(
          await page.evaluate(`document.querySelector(".filters-count").textContent`),
          `${ids.length} claims`,
        );
        await page.goto(`http://127.0.0.1:${port}/search.html?q=numbers.reduce`);
        const links =
          `[...document.querySelectorAll(".found a")].map((a) => a.getAttribute("href"))`;
        assertEquals(await page.evaluate(links), [`${ID}.html#cell-sum`]);
      });

      await step(
        "a stranger's notebook shows no more than text, and runs nothing before it is trusted",
        async () => {
          await page.goto(`http://127.0.0.1:${port}/opened-hostile.html`);
          await until(page, `document.querySelector(".reader-trust button")`);
          const inside = await page.evaluate<string>(
            `document.querySelector(".foreign-cells").innerText`,
          );
          assertStringIncludes(inside, "kept");
          const where = `document.querySelector(".open-in").textContent`;
          assertStringIncludes(await page.evaluate(where), join(folder, "hostile.ipynb"));
          assertEquals(inside.split("17").length, 2, "a formula stands there once");
          assertStringIncludes(inside, "shown");
          const acting =
            "form, script, [onload], [onerror], a[href^=javascript], .prose button, .output button";
          const found = `document.querySelectorAll(".foreign-cells :is(${acting})").length`;
          assertEquals(await page.evaluate(found), 0);
          await page.locator("#cell-code .run").click();
          await until(page, `!document.querySelector(".reader-problem").hidden`);
          assertEquals(await page.evaluate(status("code")), "idle");
          await page.getByRole("button", { name: "Trust this notebook" }).click();
          await until(page, `document.querySelector(".reader-trust").hidden`);
          await page.locator("#cell-code .run").click();
          await until(page, `${status("code")} === "ok" && ${shown("code")} === "it ran"`);
          assertEquals(await page.evaluate("document.documentElement.dataset.ran"), undefined);
        },
      );
      assertEquals(problems, []);
      assert(
        (await context.cookies()).every(({ httpOnly, sameSite }) =>
          httpOnly && sameSite === "Strict"
        ),
      );
    } finally {
      await browser?.close();
      await reader.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
