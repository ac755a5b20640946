/** Opening pages of the site from disk in a real browser, with the network cut. */
import { assert } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const executablePath = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  // It ends the browser when drawing takes long.
  "--disable-gpu-watchdog",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A page that was opened, with everything that went wrong while it was. */
export interface Opened {
  page: Page;
  problems: string[];
}

/** Whether there is no browser to test with. */
export const ignore = !exists(executablePath);
/** What a test adds to its name when it is left out. */
export const why = ignore ? ` (skipped: no Chromium at ${executablePath}; set CHROMIUM)` : "";

/** A busy machine decides nothing: only what will never come is given up. */
export const PATIENT_MS = 120_000;

/** Starts the browser. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS, timeout: PATIENT_MS });
}

/** Opens a page and notes everything that goes wrong or asks for something. */
export async function open(
  browser: Browser,
  folder: string,
  file: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ offline: true, ...options });
  context.setDefaultTimeout(PATIENT_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`));
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(?:file|data|blob):/.test(request.url())) problems.push(`remote: ${request.url()}`);
  });
  await page.goto(pathToFileURL(join(folder, file)).href, { waitUntil: "load" });
  return { page, problems };
}

/** Waits until an expression of the page is true. The pages forbid evaluating text from inside, so it is asked from outside. */
export async function until(page: Page, expression: string): Promise<void> {
  const end = Date.now() + PATIENT_MS;
  while (!await page.evaluate<boolean>(`Boolean(${expression})`)) {
    assert(Date.now() < end, `never true: ${expression}`);
    await page.waitForTimeout(20);
  }
}
