import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join, relative } from "node:path";
import { parseNotebook, parsePercent } from "offprint/kit/pairs/mod.ts";
import { buildSite } from "offprint/kit/site/mod.ts";
import { code, notebookOf, paperNotebook, prose, report, site } from "./site/fixture.ts";

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Files below a folder, name → content. */
async function contents(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  async function walk(path: string): Promise<void> {
    for await (const entry of Deno.readDir(path)) {
      const child = join(path, entry.name);
      if (entry.isDirectory) await walk(child);
      else {
        const bytes = await Deno.readFile(child);
        files.set(relative(folder, child).replaceAll("\\", "/"), bytes.toBase64());
      }
    }
  }
  await walk(folder);
  return files;
}

const attribute = (html: string, name: string) =>
  [...html.matchAll(new RegExp(`<[a-zA-Z][^>]*?\\s${name}="([^"]*)"`, "g"))].map((m) => m[1]!);

async function pagesOf(folder: string): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".html")) pages.set(name, await Deno.readTextFile(join(folder, name)));
  }
  return pages;
}

Deno.test("a site has an index, a page per notebook with its files, and what the pages load", async () => {
  await withFolder(async (folder) => {
    const written = await buildSite(site(folder));
    const names = written.map((path) => relative(folder, path).replaceAll("\\", "/"));
    for (
      const name of [
        "index.html",
        "00-start-here.html",
        "02-rejections.html",
        "02-rejections.ipynb",
        "02-rejections.ts",
        "assets/style.css",
        "assets/katex/katex.css",
        "assets/katex/fonts/KaTeX_Main-Regular.woff2",
      ]
    ) assert(names.includes(name), name);
    const katex = await Deno.readTextFile(join(folder, "assets/katex/katex.css"));
    const fonts = [...katex.matchAll(/url\(([^)]*)\)/g)].map((m) => `assets/katex/${m[1]}`);
    assert(fonts.length >= 20);
    for (const font of fonts) assert(names.includes(font), font);
  });
});

Deno.test("ids are unique in every page, and links inside the site lead somewhere", async () => {
  await withFolder(async (folder) => {
    await buildSite(site(folder));
    const pages = await pagesOf(folder);
    const ids = new Map([...pages].map(([name, html]) => [name, attribute(html, "id")]));
    for (const [name, list] of ids) assertEquals(list.length, new Set(list).size, name);
    for (const [name, html] of pages) {
      for (const href of attribute(html, "href")) {
        if (/^(?:https:\/\/arxiv\.org\/|data:)/.test(href)) continue;
        assert(!/^[a-z]+:|^\//.test(href), `${name}: ${href} is not relative`);
        const [file, fragment] = href.split("#");
        await Deno.stat(join(folder, file === "" ? name : file!));
        if (fragment === undefined) continue;
        assert(ids.get(file === "" ? name : file!)?.includes(fragment), `${name}: ${href}`);
      }
      for (const name of ["aria-labelledby", "aria-describedby"]) {
        for (const value of attribute(html, name)) {
          for (const id of value.split(" ")) assert(attribute(html, "id").includes(id), id);
        }
      }
    }
  });
});

Deno.test("no page and no style sheet loads anything from the web", async () => {
  await withFolder(async (folder) => {
    await buildSite(site(folder));
    for (const [name, html] of await pagesOf(folder)) {
      const sources = [...attribute(html, "src"), ...attribute(html, "srcset")];
      assert(sources.every((source) => source.startsWith("data:")), `${name}: ${sources}`);
      assert(!/<link[^>]*href="(?!assets\/|data:)/.test(html), name);
      assert(!/url\(\s*["']?(?:https?:)?\/\//.test(html), name);
    }
    for (const sheet of ["assets/style.css", "assets/katex/katex.css"]) {
      const css = await Deno.readTextFile(join(folder, sheet));
      assert(!/https?:|@import/.test(css), sheet);
    }
  });
});

Deno.test("the same input gives the same bytes, in whatever order notebooks come", async () => {
  await withFolder(async (folder) => {
    const [first, second] = [join(folder, "a"), join(folder, "b")];
    await buildSite(site(first));
    const input = site(second);
    await buildSite({ ...input, notebooks: input.notebooks.toReversed() });
    await buildSite(input);
    assertEquals(await contents(second), await contents(first));
  });
});

Deno.test("pages of removed notebooks go, files of others stay", async () => {
  await withFolder(async (folder) => {
    const input = site(folder);
    await buildSite(input);
    await Deno.writeTextFile(join(folder, "notes.txt"), "mine");
    await Deno.writeTextFile(join(folder, "09-mine.html"), "mine too");
    await buildSite({
      ...input,
      notebooks: input.notebooks.filter(({ id }) => id !== "03-other"),
    });
    const names = [...(await contents(folder)).keys()];
    assertEquals(names.filter((name) => name.startsWith("03-other")), []);
    for (const name of ["notes.txt", "09-mine.html", "02-rejections.html", "assets/style.css"]) {
      assert(names.includes(name), name);
    }
    assert(!names.some((name) => name.endsWith(".tmp")));
    const index = await Deno.readTextFile(join(folder, "index.html"));
    assert(!index.includes("03-other.html"));
  });
});

Deno.test("a list of files that leads out of the folder is not followed", async () => {
  await withFolder(async (folder) => {
    const out = join(folder, "site");
    await Deno.mkdir(out);
    await Deno.writeTextFile(join(folder, "precious.txt"), "keep");
    for (const files of [["../precious.txt"], ["/etc/hosts", "a/../../precious.txt"], "text"]) {
      await Deno.writeTextFile(join(out, ".site-manifest.json"), JSON.stringify({ files }));
      await buildSite(site(out));
      assertEquals(await Deno.readTextFile(join(folder, "precious.txt")), "keep");
    }
  });
});

Deno.test("the copies beside a page are the notebook and its source", async () => {
  await withFolder(async (folder) => {
    await buildSite(site(folder));
    const ipynb = await Deno.readTextFile(join(folder, "02-rejections.ipynb"));
    assertEquals(
      parseNotebook(ipynb, "copy").cells.map(({ id }) => id),
      paperNotebook().cells.map(({ id }) => id),
    );
    const source = parsePercent(await Deno.readTextFile(join(folder, "02-rejections.ts")), "copy");
    assertEquals(
      source.cells.map((cell) => cell.source),
      paperNotebook().cells.map((cell) => cell.source),
    );
  });
});

Deno.test("the index lists every paper, with what is to come, and every claim with its verdict", async () => {
  await withFolder(async (folder) => {
    await buildSite(site(folder));
    const html = await Deno.readTextFile(join(folder, "index.html"));
    assertEquals(html.match(/<li class="paper/g)?.length, 3);
    assertMatch(html, /A Paper to Come[^]*?to come/);
    assertMatch(html, /Another Paper[^]*?not run</);
    assertStringIncludes(html, '<a href="02-rejections.html">Counting Rejections: A Theory of');
    assertStringIncludes(html, "Guessing &amp; Checking");
    const rows = new Map(
      [...html.matchAll(/<tr data-claim="([^"]+)"[^]*?<\/tr>/g)].map(([row, id]) => [id!, row]),
    );
    assertEquals(rows.size, 5);
    assertMatch(rows.get("02.exact")!, /Expected rejections of[^]*Theorem 1[^]*four digits/);
    assertMatch(rows.get("02.exact")!, /data-label="Published"[^]*2\.75[^]*✓ holds/);
    assertMatch(rows.get("02.batch")!, /The mean of 1000 is 0\.31[^]*✓ shown/);
    assertMatch(rows.get("02.saturates")!, /○ not shown/);
    assertMatch(html, /<a href="02-rejections.html#cell-figure-one"[^>]*><code>02.saturates</);
    assertMatch(
      rows.get("02.speed")!,
      /2\.1–2\.6×[^]*A verdict needs an A100[^]*1\.4[^]*not run here/,
    );
    const later = [...rows.values()].at(-1)!;
    assertMatch(later, /title="Rule: within 4 standard errors\."[^]*to come/);
    // One line a paper, with its counts; a paper without claims has none.
    assertEquals(html.match(/<details class="paper-claims"/g)?.length, 2);
    assertMatch(html, /<details class="paper-claims" id="claims-02">\s*<summary>[^]*?1 holds/);
  });
});

Deno.test("a page has contents, neighbours, citation, downloads, folded solutions and cell anchors", async () => {
  await withFolder(async (folder) => {
    await buildSite(site(folder));
    const html = await Deno.readTextFile(join(folder, "02-rejections.html"));
    assertStringIncludes(html, '<html lang="en">');
    assertEquals(html.match(/<h1/g)?.length, 1);
    assertEquals(html.match(/<main/g)?.length, 1);
    assertEquals(html.match(/<nav[^>]*aria-label="Contents"/g)?.length, 2);
    assertMatch(html, /class="previous" href="00-start-here\.html"/);
    assertMatch(html, /class="next" href="03-other\.html"/);
    assertStringIncludes(html, "@misc{lee2025counting,");
    assertStringIncludes(html, 'href="02-rejections.ipynb" download');
    assertStringIncludes(html, 'id="cell-exact"');
    assertEquals(html.match(/<details class="solution">/g)?.length, 1);
    assertMatch(
      html,
      /<details class="solution">[^]*?cell-solution-one-text[^]*?cell-solution-one"/,
    );
    assertMatch(html, /Solution<span class="visually-hidden"> to “Exercise 1”/);
    assertStringIncludes(html, '<a href="03-other.html#the-end">');
    assertMatch(
      html,
      /This run failed[^]*?href="#cell-broken-cell"[^]*?RangeError: horizon: got -1</,
    );
    assert(!html.includes("<script>alert(1)"));
    assert(!html.includes("vnd.offprint"));
  });
});

Deno.test("a notebook without title, prose or outputs still makes a page", async () => {
  await withFolder(async (folder) => {
    const notebooks = [
      { id: "08-empty", notebook: notebookOf([]) },
      {
        id: "09-bare",
        notebook: notebookOf([code("only", "1 + 1;"), prose("end", "text"), code("blank", "")]),
      },
    ];
    await buildSite({ ...site(folder), notebooks, papers: [], report: { papers: [] } });
    const empty = await Deno.readTextFile(join(folder, "08-empty.html"));
    assertStringIncludes(empty, "<h1>08-empty</h1>");
    const bare = await Deno.readTextFile(join(folder, "09-bare.html"));
    assertEquals(bare.match(/<h1/g)?.length, 1);
    assert(!bare.includes('id="cell-blank"'));
    const index = await Deno.readTextFile(join(folder, "index.html"));
    assertStringIncludes(index, '<a class="button" href="09-bare.html">09-bare</a>');
  });
});

Deno.test("an error that belongs to no cell is told, and a claim that was not reached", async () => {
  await withFolder(async (folder) => {
    const failed = report();
    failed.papers[0]!.errors = [{ cell: null, message: "the kernel <died>" }];
    failed.papers[0]!.claims = [];
    await buildSite({ ...site(folder), report: failed });
    const html = await Deno.readTextFile(join(folder, "02-rejections.html"));
    assertStringIncludes(html, "<li>the kernel &lt;died&gt;</li>");
    const index = await Deno.readTextFile(join(folder, "index.html"));
    assertMatch(index, /Expected rejections[^]*?not decided/);
    assertStringIncludes(index, "the run failed");
  });
});

Deno.test("a solution's heading is not in the contents, a cell's own name is a link target", async () => {
  await withFolder(async (folder) => {
    const notebook = notebookOf([
      prose("title", "# T\n\nSee [the proof](#proof) and [the end](#The-End)."),
      prose("answer", "## Hidden heading", ["solution"]),
      prose("proof", "## The end"),
    ]);
    await buildSite({ ...site(folder), notebooks: [{ id: "01-t", notebook }] });
    const html = await Deno.readTextFile(join(folder, "01-t.html"));
    const contents = html.match(/<nav class="sidebar"[^]*?<\/nav>/)![0];
    assert(!contents.includes("Hidden"));
    assertStringIncludes(html, '<a href="#cell-proof">the proof</a>');
    assertStringIncludes(html, '<a href="#the-end">the end</a>');
  });
});

Deno.test("long code is folded by a box that works without scripts, short code is not", async () => {
  await withFolder(async (folder) => {
    const lines = (n: number) =>
      Array.from({ length: n }, (_, i) => `const x${i} = ${i};`).join("\n");
    const notebook = notebookOf([code("short", lines(30)), code("long", lines(31))]);
    await buildSite({ ...site(folder), notebooks: [{ id: "01-t", notebook }] });
    const html = await Deno.readTextFile(join(folder, "01-t.html"));
    assertEquals(html.match(/type="checkbox"/g)?.length, 1);
    assertStringIncludes(html, '<label for="cell-long--unfold">Show all 31 lines</label>');
    assertStringIncludes(html, '<p class="folded-note">(31 lines, see the source file)</p>');
    assertEquals(html.match(/>const<\/span>/g)?.length, 61);
  });
});
