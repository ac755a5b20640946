/**
 * What is measured in a page of the reader.
 *
 * @module
 */
import type { Browser, Page } from "playwright-core";
import type { Reader } from "offprint/kit/read/mod.ts";

/** Opens a paper's page; it is there when its first bytes are. */
export async function readerPage(
  browser: Browser,
  { address }: Reader,
  id: string,
  patientMs: number,
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(patientMs);
  const page = await context.newPage();
  await page.goto(address.replace("/?", `/${id}.html?`), { waitUntil: "commit" });
  return page;
}

/** Bytes of all that a page loads, fonts left out. */
export async function weight(
  browser: Browser,
  reader: Reader,
  id: string,
  patientMs: number,
): Promise<number> {
  const page = await readerPage(browser, reader, id, patientMs);
  await page.waitForLoadState("load");
  await page.reload({ waitUntil: "load" });
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
