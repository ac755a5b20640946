/** The site in a real browser: opened from disk, with the network cut. */
import { assert, assertEquals, assertGreater, assertMatch, assertNotEquals } from "@std/assert";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { buildSite } from "offprint/kit/site/mod.ts";
import { Figure, gallery } from "offprint/notebook/mod.ts";
import { code, displayed, notebookOf, prose, site } from "../fixture.ts";
import { ignore, launch, open, type Opened, until, why } from "./open.ts";

Deno.test({
  name: `the site works from disk in a browser without network${why}`,
  ignore,
  // The browser's pipes outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    let browser: Browser | undefined;
    try {
      const made = site(folder);
      await buildSite({ ...made, notebooks: [...made.notebooks, drawings()] });
      browser = await launch();
      const step = (name: string, fn: (open: typeof opener) => Promise<void>) =>
        t.step({ name, fn: () => fn(opener), sanitizeOps: false, sanitizeResources: false });
      const opener = (file: string, options: BrowserContextOptions = {}) =>
        open(browser!, folder, file, options);
      for (const [name, fn] of Object.entries(STEPS)) await step(name, fn);
    } finally {
      await browser?.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** A notebook with a gallery. */
function drawings() {
  // Large enough for a file of its own.
  const lines = '<path d="M0 0h9"/>'.repeat(200);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="90">${lines}</svg>`;
  const shown = gallery(
    "drawings",
    ["adder", "shifter", "counter", "divider"].map((title, i) => ({
      figure: new Figure({ title, alt: title }, svg, 900, undefined),
      words: `${title} of ${i + 2} bits`,
      open: i === 1,
    })),
  );
  return {
    id: "95-drawings",
    notebook: notebookOf([prose("title", "# Drawings"), code("all", "…", [displayed(shown)])]),
  };
}

const FILES = ["index.html", "00-start-here.html", "02-rejections.html", "03-other.html"];
const PAPER = "02-rejections.html";

/** The background a reader sees, as `rgb(…)`. */
const background = (page: Page) =>
  page.evaluate<string>("getComputedStyle(document.body).backgroundColor");

type Step = (
  open: (file: string, options?: BrowserContextOptions) => Promise<Opened>,
) => Promise<void>;

const STEPS: Record<string, Step> = {
  "a gallery is narrowed by words, with the keyboard, and as it was when they are taken away":
    async (
      open,
    ) => {
      const { page, problems } = await open("95-drawings.html");
      const shown = () =>
        page.locator(".offprint-gallery > details:not([hidden])").evaluateAll((items) =>
          items.map((item) =>
            `${item.querySelector("summary")!.textContent} ${item.hasAttribute("open")}`
          )
        );
      const atFirst = ["adder false", "shifter true", "counter false", "divider false"];
      assertEquals(await shown(), atFirst);
      const picture = page.locator(".offprint-gallery > details[open] img");
      assertMatch((await picture.getAttribute("src"))!, /^assets\/pictures\//);
      await picture.scrollIntoViewIfNeeded();
      await until(page, "document.querySelector('.offprint-gallery [open] img').naturalWidth");
      await page.getByRole("searchbox", { name: "Search the drawings" }).focus();
      await page.keyboard.type("Bits COUNT");
      assertEquals(await shown(), ["counter true"]);
      assertEquals(await page.getByText("1 of 4").count(), 1);
      await page.keyboard.press("Control+A");
      await page.keyboard.press("Delete");
      assertEquals(await shown(), atFirst);
      assertEquals(problems, []);
      await page.context().close();
    },

  "every page loads whole, without an error": async (open) => {
    for (const file of FILES) {
      const { page, problems } = await open(file);
      await page.evaluate("document.fonts.ready");
      assertEquals(problems, [], file);
      await page.context().close();
    }
  },

  "formulas are set in their own letters": async (open) => {
    const { page } = await open(PAPER);
    // A formula that has not been laid out yet asks for none.
    await page.locator(".katex-display").first().scrollIntoViewIfNeeded();
    for (const family of ["KaTeX_Main", "KaTeX_Math"]) {
      await until(
        page,
        `[...document.fonts].some(({ family, status }) => family.includes("${family}") && status === "loaded")`,
      );
    }
    await page.context().close();
  },

  "no page scrolls sideways, from 320 to 1600 pixels": async (open) => {
    for (const file of FILES) {
      const { page } = await open(file);
      // Unfolded, so that what is hidden at first is measured too.
      await page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)");
      // So are cells far from the screen, which hold what is too wide for them as long as they may wait.
      await page.evaluate(
        "document.querySelectorAll('.cell').forEach(({ style }) => style.contentVisibility = 'visible')",
      );
      for (const width of [320, 360, 768, 1240, 1600]) {
        await page.setViewportSize({ width, height: 800 });
        const overflow = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        assertEquals(overflow, 0, `${file} at ${width}`);
      }
      await page.context().close();
    }
  },

  "on a phone claims are cards, letters of figures stay readable, and what is cut fades": async (
    open,
  ) => {
    for (const file of ["index.html", PAPER]) {
      const { page } = await open(file, { viewport: { width: 360, height: 740 } });
      const cut = await page.evaluate<string[]>(
        "[...document.querySelectorAll('.offprint-claims')].filter((box) => " +
          "box.scrollWidth > box.clientWidth + 1 || box.parentElement.scrollWidth > " +
          "box.parentElement.clientWidth + 1).map((box) => box.outerHTML.slice(0, 80))",
      );
      assertEquals(cut, [], file);
      const labels = await page.evaluate<string[]>(
        "[...document.querySelectorAll('td[data-label]')]" +
          ".map((cell) => getComputedStyle(cell, '::before').content)",
      );
      assert(labels.includes('"Verdict"') && labels.includes('"This run"'), String(labels));
      await page.context().close();
    }
    const { page } = await open(PAPER, { viewport: { width: 360, height: 740 } });
    const formulas = "[...document.querySelectorAll('.katex-display')]";
    // Their letters come when they come.
    await until(page, `${formulas}.some((box) => box.scrollWidth > box.clientWidth)`);
    const right = `${formulas}.map((box) => box.getBoundingClientRect().right)`;
    assert((await page.evaluate<number[]>(right)).every((edge) => edge <= 361));
    // A box far from the screen is marked when one comes near it.
    const faded = await page.evaluate<{ cut: boolean; faded: boolean }[]>(
      "(async () => { const seen = []; for (const box of document.querySelectorAll('.drawing, .katex-display, pre')) { " +
        "if (!box.checkVisibility()) continue; " + // it is folded
        "const look = () => ({ cut: box.scrollWidth > box.clientWidth + 1, faded: box.classList.contains('is-cut-end') }); " +
        "box.scrollIntoView(); let now, frames = 0; do { await new Promise(requestAnimationFrame); now = look(); " +
        "} while (++frames < 2 || (now.cut !== now.faded && frames < 300)); seen.push(now); } return seen; })()",
    );
    assert(faded.some(({ cut }) => cut));
    for (const { cut, faded: fades } of faded) assertEquals(fades, cut);
    const letters = await page.evaluate<number[]>(
      "[...document.querySelectorAll('.offprint-figure .drawing svg text')].map((text) => " +
        "parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getBoundingClientRect().width" +
        " / text.ownerSVGElement.viewBox.baseVal.width)",
    );
    assert(letters.length > 0);
    assert(Math.min(...letters) >= 9.999, String(Math.min(...letters)));
    await page.context().close();
  },

  "a print keeps long code folded, unless the reader unfolded it": async (open) => {
    const { page } = await open(PAPER);
    const code = page.locator("#cell-long-code pre");
    const note = page.locator("#cell-long-code .folded-note");
    assert(!await note.isVisible());
    await page.emulateMedia({ media: "print" });
    assert(await note.isVisible());
    assertEquals(await note.textContent(), "(60 lines, see the source file)");
    const folded = (await code.boundingBox())!.height;
    await page.emulateMedia({ media: "screen" });
    await page.locator("#cell-long-code label").click();
    await page.emulateMedia({ media: "print" });
    assert(!await note.isVisible());
    assertGreater((await code.boundingBox())!.height, 2 * folded);
    await page.context().close();
  },

  "contents stand beside the text on a wide screen and fold on a narrow one": async (open) => {
    const wide = await open(PAPER, { viewport: { width: 1360, height: 900 } });
    assert(await wide.page.locator(".sidebar").isVisible());
    assert(!await wide.page.locator(".contents-narrow").isVisible());
    await wide.page.context().close();
    const narrow = await open(PAPER, { viewport: { width: 360, height: 740 } });
    assert(!await narrow.page.locator(".sidebar").isVisible());
    await narrow.page.locator(".contents-narrow > summary").click();
    await narrow.page.locator(".contents-narrow a", { hasText: "Exercises" }).click();
    await until(narrow.page, "location.hash === '#exercises'");
    await narrow.page.context().close();
  },

  "the contents mark the section being read": async (open) => {
    const { page } = await open(PAPER, { viewport: { width: 1360, height: 900 } });
    await page.locator(".sidebar a", { hasText: "The figures redrawn" }).click();
    const current = page.locator(".sidebar a[aria-current]");
    await until(
      page,
      "document.querySelector('.sidebar a[aria-current]')?.textContent.includes('figures')",
    );
    assertEquals(await current.count(), 1);
    await page.keyboard.press("End");
    await until(
      page,
      "document.querySelector('.sidebar a[aria-current]').textContent === 'Cite the paper'",
    );
    await page.context().close();
  },

  "colours follow the system, and the reader's choice is remembered": async (open) => {
    const { page } = await open(PAPER, { colorScheme: "dark" });
    const dark = await background(page);
    const line = () =>
      page.evaluate<string>(
        "getComputedStyle(document.querySelector('.offprint-figure svg [aria-label=line] path')).stroke",
      );
    const darkLine = await line();
    const toggle = page.locator(".theme-toggle");
    assertEquals(await toggle.getAttribute("aria-pressed"), "true");
    await toggle.click();
    const light = await background(page);
    assertNotEquals(light, dark);
    assertNotEquals(await line(), darkLine);
    assertEquals(await toggle.getAttribute("aria-pressed"), "false");
    await page.reload();
    assertEquals(await background(page), light);
    await toggle.click();
    assertEquals(await background(page), dark);
    await page.emulateMedia({ colorScheme: "light" });
    await page.reload();
    assertEquals(await background(page), light);
    await page.context().close();
  },

  "paper is white, without sidebar and buttons, and nothing is cut off": async (open) => {
    const { page } = await open(PAPER, {
      colorScheme: "dark",
      viewport: { width: 660, height: 900 },
    });
    await page.emulateMedia({ media: "print" });
    assertEquals(await background(page), "rgb(255, 255, 255)");
    for (const selector of [".site-header", ".sidebar", ".neighbours", ".tools", ".downloads"]) {
      assert(!await page.locator(selector).first().isVisible(), selector);
    }
    const clipped = await page.evaluate<string[]>(
      "[...document.querySelectorAll(':not(.is-long) > pre, .output, .scroll')].filter((box) => " +
        "box.scrollHeight > box.clientHeight + 1 && getComputedStyle(box).overflowY !== 'visible')" +
        ".map((box) => box.outerHTML.slice(0, 80))",
    );
    assertEquals(clipped, []);
    await page.context().close();
  },

  "without scripts the text is all there": async (open) => {
    const { page } = await open(PAPER, { javaScriptEnabled: false });
    assert(await page.locator("h1").isVisible());
    assert(!await page.locator(".theme-toggle").isVisible());
    assert(!await page.locator(".cite .copy").isVisible());
    const solution = page.locator(".solution");
    assert(!await page.locator("#cell-solution-one").isVisible());
    await solution.locator("summary").click();
    assert(await page.locator("#cell-solution-one").isVisible());
    await page.context().close();
  },

  "the keyboard reaches the content first, and always shows where it is": async (open) => {
    const { page } = await open(PAPER);
    await page.keyboard.press("Tab");
    const skip = page.locator(".skip-link");
    assertEquals(await page.evaluate("document.activeElement.className"), "skip-link");
    assertGreater((await skip.boundingBox())!.y, 0);
    await page.keyboard.press("Enter");
    await until(page, "location.hash === '#content'");
    await page.keyboard.press("Tab");
    const outline = await page.evaluate<string>(
      "getComputedStyle(document.activeElement).outlineStyle",
    );
    assertEquals(outline, "solid");
    await page.context().close();
  },

  "the citation can be copied": async (open) => {
    const { page, problems } = await open(PAPER);
    await page.locator(".cite .copy").click();
    await until(
      page,
      "['Copied', 'Selected'].includes(document.querySelector('.cite .copy').textContent)",
    );
    assertEquals(problems, []);
    await page.context().close();
  },

  "folded code opens by itself and all at once; the choice is remembered": async (open) => {
    const { page } = await open(PAPER);
    const folded = page.locator("#cell-folded .folded-code pre");
    const all = page.locator("button.all-code");
    assert(!await folded.isVisible());
    await page.locator("#cell-folded .folded-code > summary").click();
    assert(await folded.isVisible());
    await page.locator("#cell-folded .folded-code > summary").click();
    await all.click();
    assert(await folded.isVisible());
    assertEquals(await all.getAttribute("aria-pressed"), "true");
    await page.reload();
    assert(await folded.isVisible());
    await all.click();
    assert(!await folded.isVisible());
    await page.reload();
    assert(!await folded.isVisible());
    await page.context().close();
  },

  "a link to the claims of a paper unfolds them": async (open) => {
    const { page } = await open("index.html");
    assert(!await page.locator("#claims-02 table").first().isVisible());
    await page.evaluate("location.hash = '#claims-02'");
    await until(page, "document.querySelector('#claims-02').open");
    assert(await page.locator("#claims-02 table").first().isVisible());
    await page.context().close();
  },
};
