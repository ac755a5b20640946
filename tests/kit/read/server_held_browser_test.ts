/** Two runs of a cell side by side in a real browser: with which parameters, which numbers differ, and nothing is cut. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { buildNotebook, stringifyNotebook } from "offprint/kit/pairs/mod.ts";
import { newToken, Shelf, startReader } from "offprint/kit/read/mod.ts";
import { ignore, launch, PATIENT_MS, until, why } from "../site/browser/open.ts";
import { HEADER } from "./sample.ts";

const ID = "02-held";

/** Tables as the project writes them, narrow and too wide for half a page, and one from elsewhere. */
const SOURCE = `${HEADER}// %% [markdown] id="title"
// # Held

// %% id="parameters" tags=["parameters"]
/** Seed. */
const seed: number = 1;
/** Runs. */
const runs: number = 3;

// %% id="silent"
const twice = 2 * seed;

// %% id="narrow"
const own = (rows) => {
  const style = (side) => "text-align:" + side + ";font-variant-numeric:tabular-nums";
  const body = rows.map((row) =>
    "<tr>" + row.map((cell) =>
      '<td style="' + style(typeof cell === "number" ? "right" : "left") + '">' + cell + "</td>"
    ).join("") + "</tr>"
  ).join("");
  const html = '<div class="offprint-table" style="overflow-x:auto"><table style="border-collapse:collapse"><tbody>' +
    body + "</tbody></table></div>";
  return { [Symbol.for("Jupyter.display")]: () => ({ "text/html": html }) };
};
own([[String(seed), seed], [seed === 1 ? "a word" : "a name that takes more than a single line of half a page, and more than two", 7]]);

// %% id="wide"
own([Array.from({ length: 16 }, (_, i) => 1000 * seed + i)]);

// %% id="foreign"
({ [Symbol.for("Jupyter.display")]: () => ({
  "text/html": "<table><tbody><tr><td>" + seed + "</td><td>" + seed + "</td></tr><tr><td>word</td><td>2</td></tr></tbody></table>",
}) });
`;

Deno.test({
  name: `two runs beside each other in a browser${why}`,
  ignore,
  // The browser's pipes outlive the test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const notebook = buildNotebook(SOURCE, "held.ts");
    await Deno.writeTextFile(join(folder, `${ID}.ts`), SOURCE);
    await Deno.writeTextFile(join(folder, `${ID}.ipynb`), stringifyNotebook(notebook));
    const reader = startReader({ shelf: await Shelf.open(folder), token: newToken(), port: 0 });
    let browser: Browser | undefined;
    try {
      browser = await launch();
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      context.setDefaultTimeout(PATIENT_MS);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", ({ message }) => problems.push(message));
      await page.goto(reader.address.replace("/?", `/${ID}.html?`));
      await until(page, `document.querySelector("#cell-foreign .hold")`);
      const cells = ["narrow", "wide", "foreign"];
      const ok = (id: string) => `document.querySelector("#cell-${id}").dataset.status === "ok"`;
      const hold = (id: string) => page.locator(`#cell-${id} .hold`);

      assertEquals(await hold("narrow").isDisabled(), true, "it shows nothing yet");
      await page.getByRole("button", { name: "Run all" }).click();
      await until(page, ok("foreign"));
      assertEquals(await hold("silent").isDisabled(), true);
      const title = await hold("silent").getAttribute("title");
      assert(title?.startsWith("This cell shows nothing"), title ?? "no title");
      for (const id of cells) {
        await page.evaluate(`document.querySelector("#cell-${id} .hold").click()`);
      }
      await page.locator(".panel summary").click();
      await page.locator("#parameter-seed").fill("3");
      await page.keyboard.press("Tab");
      const differences = (id: string) =>
        page.evaluate<string[]>(
          `[...document.querySelectorAll("#cell-${id} > .outputs td")].map((cell) => cell.textContent.trim())`,
        );
      await until(
        page,
        `${ok("foreign")} && document.querySelector("#cell-foreign .difference")`,
      );

      assertEquals((await differences("narrow")).toSpliced(2, 1), ["3", "3 (+2)", "7"]);
      assertEquals(await differences("foreign"), ["3", "3 (+2)", "word", "2"]);
      for (const id of cells) {
        const captions = await page.evaluate<string[]>(
          `[document.querySelector("#cell-${id} .held-label > span").textContent,` +
            `document.querySelector("#cell-${id} > .outputs").ariaLabel]`,
        );
        assertEquals(captions, ["Held run · seed 1", "Latest run · seed 3"]);
      }

      interface Row {
        left: number;
        top: number;
        bottom: number;
      }
      const rows = (id: string) =>
        page.evaluate<Row[][]>(
          `[".held-run", ".held-run + .outputs"].map((run) => [...document.querySelectorAll("#cell-${id} " + run + " tr")]` +
            `.map((row) => row.getBoundingClientRect().toJSON()))`,
        );
      const [held, latest] = await rows("narrow");
      assert(held![0]!.left < latest![0]!.left, "side by side");
      const near = (a: number, b: number) => Math.abs(a - b) < 1.5;
      held!.forEach(({ top, bottom }, i) =>
        assert(near(top, latest![i]!.top) && near(bottom, latest![i]!.bottom), `row ${i}`)
      );
      const [above, below] = await rows("wide");
      assertEquals(above![0]!.left, below![0]!.left, "one below the other");
      assert(above![0]!.bottom < below![0]!.top);

      await page.locator("#cell-narrow .held-label button").click();
      assertEquals(await page.locator("#cell-narrow .difference").count(), 0);
      assertEquals(
        await page.evaluate(`document.querySelector("#cell-narrow > .outputs").ariaLabel`),
        null,
      );
      assertEquals(problems, []);
    } finally {
      await browser?.close();
      await reader.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
