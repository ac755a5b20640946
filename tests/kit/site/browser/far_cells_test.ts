/** Cells far from the screen are not laid out before one comes near: what a reader does must not hang on that. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { buildSite } from "offprint/kit/site/mod.ts";
import { notebookOf, prose, site } from "../fixture.ts";
import { ignore, launch, open, until, why } from "./open.ts";

/** Cells of very different heights. */
const LONG = notebookOf([
  prose("title", "# Far away"),
  ...Array.from(
    { length: 120 },
    (_, i) => prose(`part-${i}`, `## Part ${i}\n\n${`Line ${i}.\n\n`.repeat(1 + 7 * i % 40)}`),
  ),
]);
const FILE = "96-long.html";

/** How far a cell's upper edge is from the screen's, in pixels. */
const top = (page: Page, id: string) =>
  page.evaluate<number>(`document.getElementById("cell-${id}").getBoundingClientRect().top`);

/** How far the page goes on below the screen, in pixels. */
const BELOW = "document.documentElement.scrollHeight - innerHeight - scrollY";

/** Waits until nothing has moved for a while: what came near the screen has its height. */
const still = (page: Page) =>
  page.evaluate(
    "(async () => { let before, same = 0; while (same < 20) { await new Promise(requestAnimationFrame); " +
      "const now = `${scrollY} ${document.documentElement.scrollHeight}`; " +
      "same = now === before ? same + 1 : 0; before = now; } })()",
  );

Deno.test({
  name: `a long page whose cells are laid out late keeps the reader's place${why}`,
  ignore,
  // The browser's pipes outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    let browser: Browser | undefined;
    try {
      const made = site(folder);
      await buildSite({
        ...made,
        notebooks: [...made.notebooks, { id: "96-long", notebook: LONG }],
      });
      browser = await launch();
      const { page, problems } = await open(browser, folder, FILE);
      const [skipped, all] = await page.evaluate<[number, number]>(
        "(() => { const cells = [...document.querySelectorAll('.cell')]; return [cells.filter((cell) => " +
          "!cell.firstElementChild.checkVisibility({ contentVisibilityAuto: true })).length, cells.length]; })()",
      );
      assertGreater(skipped, all / 2, "most cells wait");

      assert(await page.evaluate<boolean>("find('Line 117.')"), "their text is found");
      await page.evaluate("location.hash = '#cell-part-90'");
      await still(page);
      const linked = await top(page, "part-90");
      assert(linked >= 0 && linked < 100, `a link leads to its cell: ${linked}`);

      await page.evaluate("scrollBy(0, 130)");
      await still(page);
      const before = await top(page, "part-90");
      assert(linked - before > 100, "one can go on from there");
      await page.reload();
      await still(page);
      assert(Math.abs(await top(page, "part-90") - before) <= 2, "and so does loading it again");

      await page.evaluate("location.hash = '#cell-part-5'");
      await page.keyboard.press("End");
      await until(page, `${BELOW} <= 1`);
      await still(page);
      assert(Math.abs(await page.evaluate<number>(BELOW)) <= 1, "the end is the end");
      await page.keyboard.press("Home");
      await until(page, "scrollY === 0");
      await page.evaluate("history.back()");
      await until(page, "location.hash === '#cell-part-90'");
      await still(page);
      const back = await top(page, "part-90");
      assert(Math.abs(back - before) <= 2, `going back leads to what was read: ${back}`);

      await page.emulateMedia({ media: "print" });
      // A print has them all.
      await until(
        page,
        "[...document.querySelectorAll('.cell > p')].every((node) => " +
          "node.checkVisibility({ contentVisibilityAuto: true }))",
      );
      assertEquals(problems, []);
    } finally {
      await browser?.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
