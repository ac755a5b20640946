import { assert, assertEquals } from "@std/assert";
import { withoutRemoteLoads } from "offprint/kit/site/markup/attributes.ts";
import { Anchors, scopeIds } from "offprint/kit/site/markup/ids.ts";

Deno.test("anchors: the wanted name, or the next free one", () => {
  const anchors = new Anchors(["a"]);
  assertEquals(["a", "b", "a", "b"].map((id) => anchors.take(id)), ["a-2", "b", "a-3", "b-2"]);
});

Deno.test("ids and everything that refers to them get the prefix", () => {
  const before =
    `<svg aria-labelledby="t d" aria-describedby='t'><style>#t{fill:#abc} .x{clip-path:url(#c)}</style>` +
    `<title id="t">a > b</title><desc id=d>e</desc><clipPath id="c"/>` +
    `<g clip-path="url(#c)" style="mask:url('#c')" fill="url(#elsewhere)"/>` +
    `<use href="#c"/><use xlink:href="#c"/><a href="#section">s</a></svg>`;
  const after = scopeIds(before, "p--");
  assertEquals(
    after,
    `<svg aria-labelledby="p--t p--d" aria-describedby='p--t'><style>#p--t{fill:#abc} .x{clip-path:url(#p--c)}</style>` +
      `<title id="p--t">a > b</title><desc id=p--d>e</desc><clipPath id="p--c"/>` +
      `<g clip-path="url(#p--c)" style="mask:url('#p--c')" fill="url(#elsewhere)"/>` +
      `<use href="#p--c"/><use xlink:href="#p--c"/><a href="#section">s</a></svg>`,
  );
});

Deno.test("text and data attributes that look like ids stay", () => {
  const html =
    `<p id="a" data-id="a" title="id=&quot;a&quot; > b" class="a">id="a" url(#a) &lt;b id="a"></p>`;
  assertEquals(
    scopeIds(html, "p--"),
    `<p id="p--a" data-id="a" title="id=&quot;a&quot; > b" class="a">id="a" url(#a) &lt;b id="a"></p>`,
  );
  const without = `<p class="id">no id here: #a</p>`;
  assertEquals(scopeIds(without, "p--"), without);
});

Deno.test("what would be loaded from elsewhere goes, what a reader follows stays", () => {
  const html = [
    `<a href="https://arxiv.org/abs/1">stays</a>`,
    `<img src="https://example.org/a.png" alt="a">`,
    `<img src='//example.org/a.png'>`,
    `<img srcset="a.png 1x, https://example.org/b.png 2x">`,
    `<script src=https://example.org/a.js></script>`,
    `<link rel="stylesheet" href="http://example.org/a.css">`,
    `<image href="https://example.org/a.svg"/>`,
    `<p style="background:url('https://example.org/a.png') red">p</p>`,
    `<style>@import "https://example.org/a.css"; p{background:url(//example.org/b)}</style>`,
    `<img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E">`,
    `<svg xmlns="http://www.w3.org/2000/svg"></svg>`,
  ].join("\n");
  const local = withoutRemoteLoads(html);
  assert(!local.includes("example.org"), local);
  assert(local.includes("arxiv.org/abs/1"));
  assert(local.includes("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"));
  assert(local.includes(`<svg xmlns="http://www.w3.org/2000/svg">`));
  assert(local.includes(`<p style="background:none red">`));
});

Deno.test("links that run something, and elements that lead away unasked, are taken out", () => {
  const kept = '<a href="https://example.org">a</a><a href="#x">b</a><a href="mailto:a@b.c">c</a>' +
    '<a href="data:image/png;base64,AA">d</a><a href="02-a.html?x=1:2">e</a>';
  assertEquals(withoutRemoteLoads(kept), kept);
  for (
    const href of [
      "javascript:run()",
      " JavaScript:run()",
      "java&#115;cript:run()",
      "java&#x73;cript&colon;run()",
      "java&Tab;script:run()",
      "java\nscript:run()",
      "vbscript:run()",
      "data:text/html,run",
      "file:///etc/hostname",
    ]
  ) {
    for (const html of [`<a href="${href}">a</a>`, `<svg><a xlink:href='${href}'>a</a></svg>`]) {
      const local = withoutRemoteLoads(html);
      assertEquals([local.includes("href"), local.includes(">a</a>")], [false, true], html);
    }
    assertEquals(withoutRemoteLoads(`<form action="${href}"></form>`), "<form></form>");
  }
  const away =
    '<meta http-equiv="refresh" content="0;url=https://example.org"><base href="//a.b/">' +
    '<link rel="prefetch" href="/a">text';
  assertEquals(withoutRemoteLoads(away), "text");
});
