/**
 * The `read` suite: a paper opened and run in the reader, and the same notebook in Jupyter, in the same browser and in
 * turns. It needs Chromium, and for the rows with a peer Debian's `jupyter-notebook`.
 *
 * @module
 */
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { Described, UserError } from "offprint/errors.ts";
import {
  type BenchResult,
  type BenchRow,
  lessIsBetter,
  median,
} from "offprint/kit/bench/report.ts";
import { newToken, type Reader, Shelf, startReader } from "offprint/kit/read/mod.ts";
import { ROOT } from "offprint/kit/project.ts";
import { idleShare } from "./read/idle.ts";
import { type Jupyter, startJupyter } from "./read/jupyter.ts";
import { kernelAlone } from "./read/kernel_alone.ts";
import { ask, emptyPage, has, lines, readerPage, seen, typing, weight } from "./read/pages.ts";

/** The notebook that both run: every cell in seconds, language models among them. */
const NOTEBOOK = "90-language-models";
const REPETITIONS = 2;
/** The paper whose page is timed alone. */
const PAPER = "02-specdec-theory";
/** How long nobody does anything, in seconds. */
const IDLE_SECONDS = 10;
/** Visits whose first result is timed. */
const VISITS = 3;
const PATIENT_MS = 300_000;

/** Runs the suite: some minutes. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const executablePath = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
  let browser: Browser;
  try {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  } catch {
    throw new UserError({
      what: "deno task bench read",
      got: new Described(`no browser at ${executablePath}`),
      expected: "Chromium",
      todo: "Install it, or say by CHROMIUM where it is.",
    });
  }
  const folder = join(ROOT, "notebooks");
  try {
    const jupyter = await startJupyter(folder, NOTEBOOK);
    const rows: BenchRow[] = [];
    try {
      if (jupyter !== undefined) {
        rows.push(...await besideJupyter(browser, folder, jupyter, progress));
      }
    } finally {
      await jupyter?.close();
    }
    progress("read: the reader alone");
    rows.push(...await alone(browser, folder), ...await firstResults(browser, folder));
    const measuredOn = jupyter?.version ??
      "no jupyter-notebook here: rows with a peer are left out";
    return { rows, measuredOn };
  } finally {
    await browser.close();
  }
}

/** Times of one visit, in seconds. */
interface Visit {
  /** From asking for the page until its text can be read. */
  readable: number;
  /** From Run all until the last cell has ended. */
  finished: number;
  /** From asking for the page, with Run all as soon as it can be pressed, until the last cell has ended. */
  whole: number;
}

async function besideJupyter(
  browser: Browser,
  folder: string,
  jupyter: Jupyter,
  progress: (line: string) => void,
): Promise<BenchRow[]> {
  const ours: Visit[] = [], theirs: Visit[] = [], alone: number[] = [];
  for (let round = 0; round <= REPETITIONS; round++) {
    progress(`read: visit ${round + 1} of ${REPETITIONS + 1} to both`);
    const [our, their] = [await visitReader(browser, folder), await visitJupyter(browser, jupyter)];
    const kernel = await kernelAlone(folder, NOTEBOOK);
    progress(`read: the kernel alone: ${kernel.all.toFixed(1)} s`);
    for (const [who, { readable, finished }] of [["reader", our], ["Jupyter", their]] as const) {
      progress(`read: ${who}: ${readable.toFixed(2)} s to read, ${finished.toFixed(1)} s to run`);
    }
    if (round === 0) continue; // both have warmed the disk's cache
    ours.push(our);
    theirs.push(their);
    alone.push(kernel.all);
  }
  const row = (name: string, of: (visit: Visit) => number, note = ""): BenchRow =>
    lessIsBetter({
      name,
      shape: `${NOTEBOOK}, median of ${REPETITIONS}${note}`,
      ours: median(ours.map(of)),
      peer: median(theirs.map(of)),
      peerName: jupyter.version,
      unit: "s",
    });
  // Both pages hand the same cells to the same kernel: its own time is the least that either can need.
  const least = median(alone);
  const most = median(theirs.map(({ finished }) => finished)) / least;
  return [
    row("from asking for the page until its text can be read", ({ readable }) => readable),
    row(
      "from Run all, with a cold kernel, until the last cell has ended",
      ({ finished }) => finished,
      `; without any page a kernel needs ${least.toFixed(2)} s from its start, so ${
        most.toFixed(2)
      } × is the most`,
    ),
    row("from asking for the page until all its cells have been run", ({ whole }) => whole),
  ];
}

async function visitReader(browser: Browser, folder: string): Promise<Visit> {
  return await withReader(folder, NOTEBOOK, async (reader) => {
    const page = await emptyPage(browser, PATIENT_MS);
    const began = performance.now();
    await ask(page, reader, NOTEBOOK);
    await seen(page, has(".cell.prose p"));
    const readable = (performance.now() - began) / 1000;
    await page.waitForSelector(".reader-bar");
    const run = performance.now();
    await page.getByRole("button", { name: "Run all" }).click();
    await seen(page, `!(${has(".cell-code:not([data-status=ok])")})`);
    const finished = (performance.now() - run) / 1000;
    const whole = (performance.now() - began) / 1000;
    await page.context().close();
    return { readable, finished, whole };
  });
}

async function visitJupyter(browser: Browser, jupyter: Jupyter): Promise<Visit> {
  const context = await browser.newContext();
  context.setDefaultTimeout(PATIENT_MS);
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(jupyter.address, { waitUntil: "commit" });
  await seen(page, has(".rendered_html p"));
  const readable = (performance.now() - began) / 1000;
  // Its kernel starts with the page; the reader's starts with the first Run and is in our time.
  await seen(page, "globalThis.Jupyter?.notebook?.kernel?.is_connected()");
  const run = performance.now();
  await page.evaluate("Jupyter.notebook.clear_all_output(); Jupyter.notebook.execute_all_cells()");
  await seen(
    page,
    "Jupyter.notebook.get_cells().every((cell) => cell.cell_type !== 'code' || " +
      "cell.get_text().trim() === '' || Number.isInteger(cell.input_prompt_number))",
  );
  const finished = (performance.now() - run) / 1000;
  const whole = (performance.now() - began) / 1000;
  await page.evaluate("Jupyter.notebook.session.delete()");
  await context.close();
  return { readable, finished, whole };
}

/** A row without a peer: its limit stands as the peer's value. */
function against(name: string, shape: string, ours: number, limit: number, unit: string): BenchRow {
  return lessIsBetter({ name, shape, ours, peer: limit, peerName: "the limit that was set", unit });
}

/** From Run, with a cold kernel, until the first cell's result is seen: pressed at once, and after some reading. */
async function firstResults(browser: Browser, folder: string): Promise<BenchRow[]> {
  const row = async (name: string, shape: string, readMs: number, restMs: number) => {
    const ours: number[] = [], alone: number[] = [];
    for (let visit = 0; visit < VISITS; visit++) {
      ours.push(await firstResult(browser, folder, readMs, restMs));
      alone.push((await kernelAlone(folder, NOTEBOOK)).first);
    }
    const least = `without any page a kernel needs ${median(alone).toFixed(2)} s from its start`;
    return against(
      name,
      `${NOTEBOOK}, median of ${VISITS}, ${shape}; ${least}`,
      median(ours),
      1,
      "s",
    );
  };
  return [
    await row("first result with a cold kernel", "Run pressed while the page still loads", 0, 0),
    await row(
      "first result, when the pointer rested 0.2 s on Run",
      "a page that has been open for 5 s",
      5000,
      200,
    ),
  ];
}

/** Seconds from the press until the first cell's result is seen. */
async function firstResult(
  browser: Browser,
  folder: string,
  readMs: number,
  restMs: number,
): Promise<number> {
  return await withReader(folder, NOTEBOOK, async (reader) => {
    const page = await readerPage(browser, reader, NOTEBOOK, PATIENT_MS);
    await page.waitForSelector(".cell-code .run");
    const cell = `#${await page.evaluate<string>("document.querySelector('.cell-code').id")}`;
    await page.waitForTimeout(readMs);
    const run = page.locator(`${cell} > .cell-bar .run`);
    if (restMs > 0) await run.hover();
    await page.waitForTimeout(restMs);
    const pressed = performance.now();
    await run.click();
    await seen(page, has(`${cell}[data-status=ok]`));
    const seconds = (performance.now() - pressed) / 1000;
    await page.context().close();
    return seconds;
  });
}

/** What has no peer. */
async function alone(browser: Browser, folder: string): Promise<BenchRow[]> {
  const paper = await emptyPage(browser, PATIENT_MS);
  // What a browser uses that shows nothing, before there is a server.
  const empty = await idleShare(IDLE_SECONDS);
  return await withReader(folder, PAPER, async (reader, shelf) => {
    const opened = performance.now();
    await ask(paper, reader, PAPER);
    await seen(paper, has(".cell.prose p"));
    const readable = (performance.now() - opened) / 1000;
    await paper.context().close();
    // All pages link the same files, so the longest page is the heaviest.
    const pages = shelf.ids.map((id) => ({ id, length: shelf.page(id)!.length }));
    const { id: heaviest } = pages.reduce((a, b) => b.length > a.length ? b : a);
    const bytes = await weight(browser, reader, heaviest, PATIENT_MS);
    const page: Page = await readerPage(browser, reader, NOTEBOOK, PATIENT_MS);
    await page.waitForSelector(".cell-code .run");
    const first = await page.evaluate<string>("document.querySelector('.cell-code').id.slice(5)");
    const arrived = await lines(page, first, 10_000);
    const frame = await typing(page, first, 2000);
    await page.evaluate("globalThis.frames_ = undefined");
    await page.reload({ waitUntil: "load" });
    const idle = await idleShare(IDLE_SECONDS);
    await page.context().close();
    return [
      against("first paper readable", `${PAPER}, the server just started`, readable, 1, "s"),
      against(
        "weight of the heaviest page without fonts",
        `${heaviest}, of ${pages.length} pages`,
        bytes / 1e6,
        1.5,
        "MB",
      ),
      against("longest frame while typing", "2 000 printed lines below", frame, 50, "ms"),
      {
        name: "printed lines that arrived",
        shape: "of 10 000",
        ours: arrived,
        peer: 10_000,
        peerName: "the lines that were printed",
        unit: "lines",
        ratio: arrived / 10_000,
      },
      ...(idle === undefined ? [] : [against(
        "processor used while nobody does anything",
        `server, kernel and browser together, ${IDLE_SECONDS} s; the browser with an empty page: ${
          empty?.toFixed(2)
        } %`,
        Math.max(idle, 0.1),
        1,
        "% of a core",
      )]),
    ];
  });
}

async function withReader<T>(
  folder: string,
  first: string,
  work: (reader: Reader, shelf: Shelf) => Promise<T>,
): Promise<T> {
  const shelf = await Shelf.open(folder);
  const reader = startReader({ shelf, token: newToken(), port: 0, first });
  try {
    return await work(reader, shelf);
  } finally {
    await reader.close();
  }
}
