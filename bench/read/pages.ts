/**
 * What is measured in a page of the reader.
 *
 * @module
 */
import type { Browser, Page } from "playwright-core";
import type { Reader } from "offprint/kit/read/mod.ts";

/** An empty tab. */
export async function emptyPage(browser: Browser, patientMs: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(patientMs);
  return await context.newPage();
}

/** Asks for a paper's page in a tab; it is there when its first bytes are. */
export async function ask(page: Page, { address }: Reader, id: string): Promise<void> {
  await page.goto(address.replace("/?", `/${id}.html?`), { waitUntil: "commit" });
}

/** Opens a paper's page in a tab of its own. */
export async function readerPage(
  browser: Browser,
  reader: Reader,
  id: string,
  patientMs: number,
): Promise<Page> {
  const page = await emptyPage(browser, patientMs);
  await ask(page, reader, id);
  return page;
}

/**
 * Waits until an expression is true in a page, and until the frame that shows it has begun. It is looked at in each frame:
 * the driver's own waiting looks less and less often, at last twice a second, which a time would contain.
 */
export async function seen(page: Page, expression: string): Promise<void> {
  await page.evaluate(
    `new Promise((resolve) => (function look() {
      if (${expression}) requestAnimationFrame(() => resolve());
      else requestAnimationFrame(look);
    })())`,
  );
}

/** The expression that says whether a page has what a selector names. */
export const has = (selector: string): string =>
  `document.querySelector(${JSON.stringify(selector)}) !== null`;

/** Bytes of all that a page loads, unpacked, fonts left out; with the script of the editors, which comes last. */
export async function weight(
  browser: Browser,
  reader: Reader,
  id: string,
  patientMs: number,
): Promise<number> {
  const page = await readerPage(browser, reader, id, patientMs);
  // Once only: what a browser has already counts nothing when a page is loaded again.
  await page.waitForLoadState("load");
  await page.locator(".cell-code > .input").first().scrollIntoViewIfNeeded();
  await page.waitForSelector(".cm-editor");
  const sizes = await page.evaluate<number[]>(
    "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]" +
      ".filter(({ name }) => !name.includes('/fonts/')).map(({ decodedBodySize }) => decodedBodySize)",
  );
  await page.context().close();
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Replaces a cell's text by one that prints `count` lines, runs it, and counts those that arrived. */
export async function lines(page: Page, cell: string, count: number): Promise<number> {
  await put(page, cell, `for (let i = 0; i < ${count}; i++) console.log("line " + i);`);
  await page.keyboard.press("Control+Enter");
  const last = `#cell-${cell} .printed:has-text("line ${count - 1}")`;
  await page.waitForSelector(last, { state: "attached" });
  await page.waitForSelector(`#cell-${cell}[data-status=ok]`);
  const text = `document.querySelector("#cell-${cell} .output-stream pre").textContent`;
  return (await page.evaluate<string>(text)).split("\n").length - 1;
}

/** The longest time between two frames, in ms, while somebody types above `count` printed lines. */
export async function typing(page: Page, cell: string, count: number): Promise<number> {
  await lines(page, cell, count);
  await put(page, cell, "");
  await page.evaluate(
    "globalThis.frames_ = []; (function next(at) { globalThis.frames_.push(at); requestAnimationFrame(next); })(0)",
  );
  await page.keyboard.type("const typed = [1, 2, 3].map((x) => x * x);\nconsole.log(typed);\n", {
    delay: 40,
  });
  const frames = (await page.evaluate<number[]>("globalThis.frames_")).slice(2);
  return Math.max(...frames.slice(1).map((at, i) => at - frames[i]!));
}

async function put(page: Page, cell: string, text: string): Promise<void> {
  await page.evaluate(
    `document.querySelectorAll("#cell-${cell} details").forEach((fold) => fold.open = true)`,
  );
  await page.locator(`#cell-${cell} .cm-content`).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text === "" ? " " : text);
}
