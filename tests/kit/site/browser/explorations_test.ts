/** Figures that can be moved, in the committed notebooks' pages opened from disk: every control by mouse and by keyboard. */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { explorationModules } from "offprint/kit/explorations/mod.ts";
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

  /** What stands in the figure: its sentence, its numbers, and the description of its picture. */
  async shown(): Promise<{ says: string; numbers: string[]; label: string }> {
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
    for (const control of Object.values(controls)) {
      if (control.kind !== "handle") continue;
      const knob = this.figure.getByRole("slider", { name: control.label, exact: true });
      await knob.focus();
      for (const name of ["ArrowUp", "ArrowRight", "PageDown", "ArrowLeft", "ArrowLeft"]) {
        const to = keyTarget(control, control.at(this.values), { name, shift: false })!;
        await page.keyboard.press(name);
        this.values = control.move(this.values, to);
        await this.agrees(`${control.label}: ${name}`);
      }
      assertEquals(await knob.getAttribute("aria-valuetext"), control.says(this.values));

      const stage = (await this.figure.locator(".offprint-stage").boundingBox())!;
      const box = (await knob.boundingBox())!;
      const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      const target = { x: Math.round(from.x + 31), y: Math.round(from.y - 23) };
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
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
      const input = this.figure.getByLabel(control.label, { exact: false }).first();
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
    const box = (await input.boundingBox())!;
    await page.mouse.click(box.x + 0.7 * box.width, box.y + box.height / 2);
    const clicked = Number(await input.inputValue());
    assert(clicked > next, `${control.label}: ${clicked}`);
    this.values = { ...this.values, [name]: clicked };
    await this.agrees(`${control.label}: clicked`);
  }
}

/** The committed notebook whose outputs show a figure. */
async function notebookWith(id: string): Promise<string> {
  for (const name of await notebookIds(join(ROOT, "notebooks"))) {
    const text = await Deno.readTextFile(join(ROOT, "notebooks", `${name}.ipynb`));
    if (text.includes(`data-exploration=\\"${id}\\"`)) return name;
  }
  throw new Error(`no committed notebook shows ${id}`);
}

Deno.test({
  name: `every figure that can be moved moves in its page, opened from disk${why}`,
  ignore,
  // The browser's pipes outlive single steps.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const modules = await explorationModules(ROOT);
    assert(modules.length >= 3, "the figures are found");
    const outDir = await Deno.makeTempDir();
    let browser: Browser | undefined;
    try {
      browser = await launch();
      for (const module of modules) {
        const { exploration }: { exploration: Exploration } = await import(module);
        const id = await notebookWith(exploration.id);
        const file = join(ROOT, "notebooks", `${id}.ipynb`);
        const notebook = parseNotebook(await Deno.readTextFile(file), `${id}.ipynb`);
        await buildSite({
          notebooks: [{ id, notebook }],
          papers: [],
          report: { papers: [] },
          outDir,
        });
        const selector = `figure[data-exploration="${exploration.id}"]`;
        const step = (name: string, fn: () => Promise<void>) =>
          t.step({ name, fn, sanitizeOps: false, sanitizeResources: false });

        await step(`${exploration.id}: mouse and keyboard`, async () => {
          const { page, problems } = await open(browser!, outDir, `${id}.html`, {
            viewport: { width: 1280, height: 1000 },
          });
          const moving = new Moving(page.locator(selector), exploration);
          await moving.figure.scrollIntoViewIfNeeded();
          await moving.agrees("at the start");
          await moving.handles(page);
          await moving.sliders(page);
          assertEquals(problems, []);
          await page.context().close();
        });

        await step(
          `${exploration.id}: on a phone nothing is cut, and handles follow the picture`,
          async () => {
            const { page, problems } = await open(browser!, outDir, `${id}.html`, {
              viewport: { width: 360, height: 740 },
              reducedMotion: "reduce",
            });
            const [figure, stage] = await page.evaluate<number[][]>(
              `[document.querySelector('${selector}'), document.querySelector('${selector} .offprint-stage')]` +
                ".map((box) => [box.scrollWidth, box.clientWidth])",
            );
            assert(figure![0]! <= figure![1]! + 1 && stage![0]! <= 328, `${figure} ${stage}`);
            const still = "document.getAnimations().length";
            // A figure need not have a handle: then its first choice or slider is moved.
            const controls = [".offprint-handle", "input", "select"].map((each) =>
              `${selector} ${each}`
            );
            await page.locator(controls.join(", ")).first().focus();
            await page.keyboard.press("ArrowUp");
            assertEquals(await page.evaluate<number>(still), 0, "nothing moves by itself");
            assertEquals(problems, []);
            await page.context().close();
          },
        );

        await step(`${exploration.id}: without scripts the committed picture stays`, async () => {
          const { page } = await open(browser!, outDir, `${id}.html`, { javaScriptEnabled: false });
          const figure = page.locator(selector);
          const { says, readings } = exploration.draw(exploration.start);
          assert(await figure.locator("svg").isVisible());
          assertEquals(await figure.locator(".offprint-says").textContent(), says);
          const shown = await figure.locator(".offprint-readings dd").allTextContents();
          assertEquals(shown, readings.map(readingText));
          assertEquals(await figure.locator("input, button, [role=slider]").count(), 0);
          await page.context().close();
        });
      }
    } finally {
      await browser?.close();
      await Deno.remove(outDir, { recursive: true });
    }
  },
});
