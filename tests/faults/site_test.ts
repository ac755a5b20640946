/** What strangers put into notebooks, opened in a real browser: nothing of it runs, nothing is asked for. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { buildSite } from "offprint/kit/site/mod.ts";
import type { Cell } from "offprint/kit/nbformat.ts";
import { code, notebookOf, prose, shows, site } from "../kit/site/fixture.ts";
import { figure } from "./trial.ts";
import { ignore, launch, PATIENT_MS, why } from "../kit/site/browser/open.ts";

Deno.test({
  name: `nothing that a notebook put into a page runs or loads${why}`,
  ignore,
  // The browser's pipes outlive the test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const browser = await launch();
    try {
      await hostile(browser, folder);
    } finally {
      await browser.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** What a page must not do; each tries to mark the document, or to ask a server that counts. */
function hostilePieces(server: string): string[] {
  const mark = "document.documentElement.dataset.ran='yes'";
  const marking = mark.replaceAll("'", "&#39;");
  return [
    `<script>${mark}</script>`,
    `<script src="${server}/a.js"></script>`,
    `<script src="data:text/javascript,${encodeURIComponent(mark)}"></script>`,
    `<svg><script>${mark}</script></svg>`,
    `<svg onload="${marking}"></svg>`,
    `<img src="x" onerror="${marking}">`,
    `<img/src="x"/onerror="${marking}">`,
    `<body onload="${marking}">`,
    `<details open ontoggle="${marking}"><summary>s</summary></details>`,
    `<input autofocus onfocus="${marking}">`,
    `<style onload="${marking}"></style>`,
    `<video onerror="${marking}"><source src="x"></video>`,
    `<iframe srcdoc="<script>parent.${mark}</script>"></iframe>`,
    `<iframe src="javascript:parent.${marking}"></iframe>`,
    `<iframe src="${server}/b"></iframe>`,
    `<object data="${server}/c"></object>`,
    `<embed src="${server}/d">`,
    `<img src="${server}/e">`,
    `<img/src="${server}/f">`,
    `<img srcset="${server}/g 1x">`,
    `<picture><source srcset="${server}/h"><img src="x"></picture>`,
    `<video src="${server}/i" poster="${server}/j" autoplay></video>`,
    `<audio src="${server}/k" autoplay></audio>`,
    `<link rel="stylesheet" href="${server}/l">`,
    `<link rel="prefetch" href="${server}/m">`,
    `<link rel="preload" as="image" href="${server}/n">`,
    `<style>@import "${server}/o";</style>`,
    `<style>body{background:url(${server}/p)}</style>`,
    `<div style="background:url('${server}/q')">q</div>`,
    `<style>@font-face{font-family:f;src:url(${server}/r)}p{font-family:f}</style>`,
    `<svg><image href="${server}/s"/></svg>`,
    `<svg><use href="${server}/t#u"/></svg>`,
    `<svg><filter><feImage href="${server}/v"/></filter></svg>`,
    `<table background="${server}/w"><tr><td>w</td></tr></table>`,
    `<meta http-equiv="refresh" content="0;url=${server}/x">`,
    `<base href="${server}/"><img src="y">`,
    `<a class="pressed" href="javascript:${marking}">press</a>`,
    `<a class="pressed" href="java&#115;cript:${marking}">press</a>`,
    `<svg><a class="pressed" xlink:href="javascript:${marking}"><text>press</text></a></svg>`,
    `<a/class="pressed"/href="javascript:${marking}">press</a>`,
    `<form action="javascript:${marking}"><button class="pressed">press</button></form>`,
    `<form action="${server}/z"><button class="pressed">press</button></form>`,
  ];
}

/** Every piece as an output, as an SVG output and as prose, one page each, opened with the network on. */
async function hostile(browser: Browser, folder: string): Promise<void> {
  let asked = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    asked++;
    return new Response(null, { status: 204 });
  });
  try {
    const pieces = hostilePieces(`http://127.0.0.1:${server.addr.port}`);
    const inert = { papers: [], report: site(folder).report, outDir: folder };
    const ways: Record<string, (piece: string) => Cell> = {
      output: (piece) => code("out", "1;", [shows({ "text/html": piece })]),
      svg: (piece) => code("out", "1;", [shows({ "image/svg+xml": `<svg>${piece}</svg>` })]),
      markdown: (piece) => code("out", "1;", [shows({ "text/markdown": `${piece}\n` })]),
      prose: (piece) => prose("out", `${piece}\n`),
    };
    const notebooks = Object.entries(ways).map(([way, cell], at) => ({
      id: `1${at}-${way}`,
      notebook: notebookOf([
        prose("title", `# ${way}`),
        ...pieces.map((piece, order) => ({ ...cell(piece), id: `out-${order}` })),
      ]),
    }));
    await buildSite({ ...inert, notebooks });
    for (const { id } of notebooks) {
      const context = await browser.newContext();
      context.setDefaultTimeout(PATIENT_MS);
      const page = await context.newPage();
      const address = pathToFileURL(join(folder, `${id}.html`)).href;
      await page.goto(address, { waitUntil: "load" });
      // Our own script works beside the policy.
      await page.locator(".theme-toggle").click();
      assert(await page.evaluate("document.documentElement.dataset.theme !== undefined"), id);
      // Pressing is an event of our own making, so that it reaches what cannot be seen, too.
      await page.evaluate(
        "document.querySelectorAll('.pressed').forEach((e) => " +
          "e.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true })))",
      );
      await page.waitForTimeout(200);
      const ran = await page.evaluate<string | undefined>("document.documentElement.dataset.ran");
      assertEquals([ran, page.url()], [undefined, address], id);
      await context.close();
    }
    assertEquals(asked, 0, "requests");
    figure(`site: ${4 * pieces.length} hostile pieces, scripts 0, requests ${asked}`);
  } finally {
    await server.shutdown();
  }
}
