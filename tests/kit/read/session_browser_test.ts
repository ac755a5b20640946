/** All of paper 02 in the reader, in a real browser: every cell runs, claims follow, and a parameter reruns exactly what depends on it. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { ROOT } from "offprint/kit/project.ts";
import { newToken, Shelf, startReader } from "offprint/kit/read/mod.ts";
import { dependents, readDependencies } from "offprint/kit/read/dependencies.ts";
import { ignore, launch, PATIENT_MS, until, why } from "../site/browser/open.ts";

const ID = "02-specdec-theory";
/** The smallest that the notebook takes. */
const SMALL = { runs: 100, decoderRuns: 100, modelTexts: 2, modelTokens: 8 };
const FIGURE = "simulation-figure";

Deno.test({
  name: `a whole paper in a browser${why}`,
  ignore,
  // The browser's pipes outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const shelf = await Shelf.open(join(ROOT, "notebooks"));
    const reader = startReader({ shelf, token: newToken(), port: 0 });
    let browser: Browser | undefined;
    const step = (name: string, fn: () => Promise<void>) =>
      t.step({ name, fn, sanitizeOps: false, sanitizeResources: false });
    /** Cells in the order in which they began to run. */
    let began: string[] = [];
    let running: string | undefined;
    const forget = shelf.listen(ID, (event) => {
      if (event.type !== "cells") return;
      const now = event.cells.find(({ status }) => status === "running")?.id;
      if (now !== undefined && now !== running) began.push(now);
      if (now !== undefined || event.cells.some(({ id }) => id === running)) running = now;
    });
    try {
      browser = await launch();
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      context.setDefaultTimeout(PATIENT_MS);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", ({ message }) => problems.push(message));
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) problems.push(message.text());
      });
      await page.goto(reader.address.replace("/?", `/${ID}.html?`));
      const says = `document.querySelector(".kernel-status").textContent`;
      /** Does something that runs cells, waits until the kernel has nothing more to do, and until the page says so. */
      const settled = async (act: () => Promise<void>) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        let ran = false;
        const stop = shelf.listen(ID, (event) => {
          if (event.type !== "kernel") return;
          // A kernel that has just come up is idle too.
          ran ||= event.kernel === "busy";
          if (ran && event.kernel === "idle") resolve();
        });
        await page.evaluate(`(() => { ${says} = "not told yet"; })()`);
        await act();
        await promise;
        stop();
        await until(
          page,
          `${says} === "ready" && !document.querySelector("[data-status=queued], [data-status=running]")`,
        );
      };
      const unfinished = () =>
        page.evaluate<string[]>(
          `[...document.querySelectorAll(".cell-code")].filter((cell) => cell.dataset.status !== "ok")` +
            `.map((cell) => cell.id + " " + cell.dataset.status)`,
        );

      await step("the panel knows which numbers a parameter takes", async () => {
        await page.locator(".panel summary").click();
        await page.getByLabel("Run what depends on a change").uncheck();
        const field = page.locator("#parameter-modelTokens");
        await field.fill("500");
        await page.keyboard.press("Tab");
        const valid = `document.querySelector("#parameter-modelTokens").checkValidity()`;
        assertEquals(await page.evaluate(valid), false);
        for (const [name, value] of Object.entries(SMALL)) {
          await page.locator(`#parameter-${name}`).fill(String(value));
          await page.keyboard.press("Tab");
        }
        const session = shelf.session(ID)!;
        await until(
          page,
          `document.querySelectorAll(".parameter button:not([hidden])").length >= 4`,
        );
        const state = [...session.snapshot(false)].find((event) => event.type === "state")!;
        const values = Object.fromEntries(
          state.parameters.map(({ name, value }) => [name, value]),
        );
        for (const [name, value] of Object.entries(SMALL)) {
          assertEquals(values[name], String(value));
        }
        assertEquals(state.parameters.find(({ name }) => name === "modelTokens")?.limits, {
          min: 2,
          max: 200,
          step: 1,
          unit: "tokens",
        });
        assertEquals(began, []);
      });

      await step("Run all runs every cell, and the claims are of this session", async () => {
        await settled(() => page.getByRole("button", { name: "Run all" }).click());
        assertEquals(await unfinished(), []);
        const claims = await page.evaluate<string[]>(
          `[...document.querySelectorAll(".claims-now li")].map((claim) => claim.textContent)`,
        );
        const { claims: reported } = shelf.report([ID]).papers[0]!;
        assertEquals(claims.length, reported.length);
        assertEquals(claims.filter((text) => text.includes("as committed")), []);
        assert(claims.some((text) => text.includes("from this session")));
      });

      const picture = (within: string) =>
        `document.querySelector("#cell-${FIGURE} ${within} .drawing svg")`;
      await step("a parameter runs exactly what depends on it, figure beside figure", async () => {
        const dependencies = (await readDependencies(shelf.session(ID)!.notebook))!;
        const expected = dependents(dependencies, [{ cell: "parameters", names: ["runs"] }]);
        assert(expected.includes(FIGURE) && !expected.includes("idea-figure"));
        assert(!expected.some((id) => id.startsWith("models-")));
        await page.locator(`#cell-${FIGURE} .hold`).click();
        began = [];
        await page.getByLabel("Run what depends on a change").check();
        await settled(async () => {
          await page.locator("#parameter-runs").fill("200");
          await page.keyboard.press("Tab");
        });
        assertEquals(began, ["parameters", ...expected]);
        assertEquals(await unfinished(), []);
        const [held, now] = [".held-run", ".held-run + .outputs"];
        const markup = (within: string) => page.evaluate<string>(`${picture(within)}.innerHTML`);
        const paths = (text: string) => [...text.matchAll(/ d="([^"]*)"/g)].map(([, path]) => path);
        assertNotEquals(paths(await markup(held)), paths(await markup(now)));
        const places = await page.evaluate<DOMRect[]>(
          `[${picture(held)}, ${picture(now)}].map((svg) => svg.getBoundingClientRect().toJSON())`,
        );
        assert(places[0]!.right <= places[1]!.left, JSON.stringify(places));
        assert(places[1]!.right <= 1280, JSON.stringify(places));
        assert(Math.abs(places[0]!.width - places[1]!.width) < 1.5, JSON.stringify(places));
        assert(Math.abs(places[0]!.top - places[1]!.top) < 1.5, JSON.stringify(places));
        // A table that is cut beside the other can be moved, and fades.
        const table = (within: string) =>
          `document.querySelector("#cell-${FIGURE} ${within} .output > .offprint-table table")`;
        for (const within of [held, now]) {
          await page.evaluate(`${table(within)}.scrollIntoView({ block: "center" })`);
          await until(page, `${table(within)}.closest(".is-cut-end")`);
          const moved = `${table(within)}.closest(".is-cut-end").scrollLeft`;
          await page.evaluate(`(() => { ${moved} = 10_000; })()`);
          await until(page, `${table(within)}.closest(".is-cut-start:not(.is-cut-end)")`);
        }
      });

      await step("a figure that takes long to draw moves in a worker here too", async () => {
        const worker = page.waitForEvent("worker");
        await page.evaluate("(() => { let at = 0; performance.now = () => at += 20; })()");
        const figure = page.locator("figure[data-exploration]").first();
        await figure.scrollIntoViewIfNeeded();
        await figure.getByRole("slider").first().focus();
        const says = () => figure.locator(".offprint-says").textContent();
        const before = await says();
        for (const _ of [1, 2, 3, 4]) await page.keyboard.press("ArrowUp");
        await worker;
        await figure.locator('.offprint-stage[aria-busy="false"]').waitFor();
        assertNotEquals(await says(), before);
      });
      assertEquals(problems, []);
    } finally {
      forget();
      await browser?.close();
      await reader.close();
    }
  },
});
