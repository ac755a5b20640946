/** Figures that can be moved, from the committed notebooks, in a page opened from disk: every control by keyboard, each kind by mouse. */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { explorationModules } from "offprint/kit/explorations/mod.ts";
import type { Cell, Notebook } from "offprint/kit/nbformat.ts";
import { notebookIds, parseNotebook } from "offprint/kit/pairs/mod.ts";
import { ROOT } from "offprint/kit/project.ts";
import { buildSite } from "offprint/kit/site/mod.ts";
import {
  type Exploration,
  fromPixels,
  keyTarget,
  type Range,
  readingText,
  type Values,
} from "offprint/notebook/explore/mod.ts";
import { ignore, launch, open, why } from "./open.ts";

/** What the reader sees of a figure, and what its module says the reader should see. */
class Moving {
  values: Values;

  constructor(readonly figure: Locator, readonly exploration: Exploration) {
    this.values = exploration.start;
  }

  /** What stands in the figure when it is drawn: its sentence, its numbers, and the description of its picture. */
  async shown(): Promise<{ says: string; numbers: string[]; label: string }> {
    // On a slow machine a worker may be drawing.
    await this.figure.locator('.offprint-stage:not([aria-busy="true"])').waitFor();
    const at = `document.querySelector('figure[data-exploration="${this.exploration.id}"]')`;
    return await this.figure.page().evaluate(
      `((figure) => ({ says: figure.querySelector(".offprint-says").textContent, ` +
        `numbers: [...figure.querySelectorAll(".offprint-readings dd")].map((dd) => dd.textContent), ` +
        `label: figure.querySelector("svg").getAttribute("aria-label") }))(${at})`,
    );
  }

  /** The sentence and the numbers are those of `values`, which the module draws under Deno. */
  async agrees(what: string): Promise<void> {
    const { says, readings } = this.exploration.draw(this.values);
    const label = `${this.exploration.title}. ${says}`;
    assertEquals(await this.shown(), { says, numbers: readings.map(readingText), label }, what);
  }

  async handles(page: Page): Promise<void> {
    const { controls, frame } = this.exploration;
    const handles = Object.values(controls).filter((control) => control.kind === "handle");
    for (const control of handles) {
      const knob = this.figure.getByRole("slider", { name: control.label, exact: true });
      await knob.focus();
      // The first handle of a figure is tried in every way, the others are of its kind.
      const first = control === handles[0];
      for (
        const name of ["ArrowUp", "ArrowRight", "PageDown", "ArrowLeft"].slice(0, first ? 4 : 1)
      ) {
        const to = keyTarget(control, control.at(this.values), { name, shift: false })!;
        await page.keyboard.press(name);
        this.values = control.move(this.values, to);
        await this.agrees(`${control.label}: ${name}`);
      }
      assertEquals(await knob.getAttribute("aria-valuetext"), control.says(this.values));
      if (!first) continue;

      // It waits until the figure stands still: a page grows while its cells come near the screen.
      await knob.hover();
      await page.mouse.down();
      const stage = (await this.figure.locator(".offprint-stage").boundingBox())!;
      const box = (await knob.boundingBox())!;
      const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      const target = { x: Math.round(from.x + 31), y: Math.round(from.y - 23) };
      await page.mouse.move(target.x, target.y);
      await page.mouse.up();
      const scale = frame.width / stage.width;
      const at = fromPixels(frame, {
        x: scale * (target.x - stage.x),
        y: scale * (target.y - stage.y),
      });
      const now = control.at(this.values);
      const { axis } = control;
      this.values = control.move(this.values, {
        x: axis === "y" ? now.x : at.x,
        y: axis === "x" ? now.y : at.y,
      });
      await this.near(`${control.label}: dragged`);
      // After the button is up, the pointer moves nothing any more.
      const text = await this.shown();
      await page.mouse.move(target.x + 40, target.y + 40);
      assertEquals(await this.shown(), text);
      await this.figure.getByRole("button", { name: "Back to the start" }).click();
      this.values = this.exploration.start;
      await this.agrees("back to the start");
    }
  }

  /** As {@linkcode agrees}, up to half a pixel of the pointer's place. */
  async near(what: string): Promise<void> {
    const { readings } = this.exploration.draw(this.values);
    const { numbers: shown } = await this.shown();
    readings.forEach(({ value }, i) => {
      if (!Number.isFinite(value) || !Number.isFinite(Number(shown[i]))) return;
      assertAlmostEquals(Number(shown[i]), value, 0.03 * Math.max(1, Math.abs(value)), what);
    });
    const { readings: before } = this.exploration.draw(this.exploration.start);
    assertNotEquals(shown, before.map(readingText), `${what}: nothing moved`);
  }

  async sliders(page: Page): Promise<void> {
    for (const [name, control] of Object.entries(this.exploration.controls)) {
      if (control.kind === "handle") continue;
      const labelled = this.figure.getByLabel(control.label, { exact: false });
      const input = labelled.and(this.figure.locator("input, select")).first();
      if (control.kind === "choice") {
        for (const option of control.options) {
          await input.selectOption(option);
          this.values = { ...this.values, [name]: option };
          await this.agrees(`${control.label}: ${option}`);
        }
        await input.focus();
        await page.keyboard.press("ArrowUp");
        this.values = { ...this.values, [name]: await input.inputValue() };
        assertNotEquals(this.values[name], control.options.at(-1));
        await this.agrees(`${control.label}: ArrowUp`);
        continue;
      }
      await this.range(page, name, control, input);
    }
  }

  async range(page: Page, name: string, control: Range, input: Locator): Promise<void> {
    await input.focus();
    await page.keyboard.press("Home");
    this.values = { ...this.values, [name]: control.min };
    await this.agrees(`${control.label}: Home`);
    await page.keyboard.press("ArrowRight");
    const next = Number(await input.inputValue());
    assertAlmostEquals(next, control.min + control.step, 1e-9);
    this.values = { ...this.values, [name]: next };
    await this.agrees(`${control.label}: ArrowRight`);
    const { width, height } = (await input.boundingBox())!;
    await input.click({ position: { x: 0.7 * width, y: height / 2 } });
    const clicked = Number(await input.inputValue());
    assert(clicked > next, `${control.label}: ${clicked}`);
    this.values = { ...this.values, [name]: clicked };
    await this.agrees(`${control.label}: clicked`);
  }
}

const shows = (cell: Cell, { id }: Exploration): boolean =>
  cell.cell_type === "code" &&
  JSON.stringify(cell.outputs).includes(`data-exploration=\\"${id}\\"`);

/** One notebook of all cells that show a figure, as they are committed. */
async function notebookOf(explorations: readonly Exploration[]): Promise<Notebook> {
  const folder = join(ROOT, "notebooks");
  const committed = await Promise.all(
    (await notebookIds(folder)).map(async (id) =>
      parseNotebook(await Deno.readTextFile(join(folder, `${id}.ipynb`)), `${id}.ipynb`)
    ),
  );
  const cells = explorations.map((exploration, i) => {
    const cell = committed.flatMap(({ cells }) => cells).find((cell) => shows(cell, exploration));
    assert(cell !== undefined, `no committed notebook shows ${exploration.id}`);
    return { ...cell, id: `figure-${i}` };
  });
  return { ...committed[0]!, cells };
}

Deno.test({
  name: `every figure that can be moved moves in a page, opened from disk${why}`,
  ignore,
  // The browser's pipes outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const modules = await explorationModules(ROOT);
    assert(modules.length >= 3, "the figures are found");
    const explorations: Exploration[] = await Promise.all(
      modules.map(async (module) => (await import(module)).exploration),
    );
    const outDir = await Deno.makeTempDir();
    let browser: Browser | undefined;
    try {
      browser = await launch();
      const notebook = await notebookOf(explorations);
      const [id, papers] = ["moving", []];
      await buildSite({ notebooks: [{ id, notebook }], papers, report: { papers }, outDir });
      const onPage = (options: BrowserContextOptions) =>
        open(browser!, outDir, "moving.html", options);
      const each = async (name: string, fn: (exploration: Exploration) => Promise<void>) => {
        for (const exploration of explorations) {
          const step = { name: `${exploration.id}: ${name}`, fn: () => fn(exploration) };
          await t.step({ ...step, sanitizeOps: false, sanitizeResources: false });
        }
      };
      const selectorOf = ({ id }: Exploration): string => `figure[data-exploration="${id}"]`;

      const { page, problems } = await onPage({ viewport: { width: 1280, height: 1000 } });
      await each("mouse and keyboard", async (exploration) => {
        const moving = new Moving(page.locator(selectorOf(exploration)), exploration);
        await moving.figure.scrollIntoViewIfNeeded();
        await moving.agrees("at the start");
        await moving.handles(page);
        await moving.sliders(page);
        assertEquals(problems, []);
      });
      await page.context().close();

      const slow = await onPage({ viewport: { width: 1280, height: 1000 } });
      // A clock on which every drawing takes longer than a frame.
      await slow.page.evaluate("(() => { let at = 0; performance.now = () => at += 20; })()");
      await t.step({
        name: "what takes longer than a frame is drawn in a worker, and says the same",
        async fn() {
          const worker = slow.page.waitForEvent("worker");
          const moving = new Moving(
            slow.page.locator(selectorOf(explorations[0]!)),
            explorations[0]!,
          );
          await moving.handles(slow.page);
          await moving.sliders(slow.page);
          await worker;
          assertEquals(slow.page.workers().length, 1);
          assertEquals(slow.problems, []);
        },
        sanitizeOps: false,
        sanitizeResources: false,
      });
      await slow.page.context().close();

      const phone = await onPage({
        viewport: { width: 360, height: 740 },
        reducedMotion: "reduce",
      });
      await each("on a phone nothing is cut, and nothing moves by itself", async (exploration) => {
        const selector = selectorOf(exploration);
        const [figure, stage] = await phone.page.evaluate<number[][]>(
          `[document.querySelector('${selector}'), document.querySelector('${selector} .offprint-stage')]` +
            ".map((box) => [box.scrollWidth, box.clientWidth])",
        );
        assert(figure![0]! <= figure![1]! + 1 && stage![0]! <= 328, `${figure} ${stage}`);
        // A figure need not have a handle: then its first choice or slider is moved.
        const controls = [".offprint-handle", "input", "select"].map((each) =>
          `${selector} ${each}`
        );
        await phone.page.locator(controls.join(", ")).first().focus();
        await phone.page.keyboard.press("ArrowUp");
        assertEquals(await phone.page.evaluate<number>("document.getAnimations().length"), 0);
        assertEquals(phone.problems, []);
      });
      await phone.page.context().close();

      const still = await onPage({ javaScriptEnabled: false });
      await each("without scripts the committed picture stays", async (exploration) => {
        const figure = still.page.locator(selectorOf(exploration));
        const { says, readings } = exploration.draw(exploration.start);
        assert(await figure.locator("svg").isVisible());
        assertEquals(await figure.locator(".offprint-says").textContent(), says);
        const shown = await figure.locator(".offprint-readings dd").allTextContents();
        assertEquals(shown, readings.map(readingText));
        assertEquals(await figure.locator("input, button, [role=slider]").count(), 0);
      });
    } finally {
      await browser?.close();
      await Deno.remove(outDir, { recursive: true });
    }
  },
});
