import { assertEquals } from "@std/assert";
import { highlighted } from "offprint/kit/site/markup/code.ts";

Deno.test("spans stand where a colour changes, and nowhere else", () => {
  assertEquals(
    highlighted("class A { b(c: number) { return `x ${this.d}`; } }", "typescript").text,
    '<span class="hljs-keyword">class</span> <span class="hljs-type">A</span> { ' +
      '<span class="hljs-title">b</span>(c: <span class="hljs-built_in">number</span>) { ' +
      '<span class="hljs-keyword">return</span> <span class="hljs-string">`x ' +
      '<span class="hljs-subst">${this.d}</span>`</span>; } }',
  );
});

Deno.test("the text stays what it was", () => {
  const source = 'const a = (b) => b < 2 && "</span>"; // <span class="hljs-x">';
  const text = highlighted(source, "typescript").text.replaceAll(/<[^<>]*>/g, "")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
  assertEquals(text, source);
  assertEquals(highlighted("a < b", "no such language").text, "a &lt; b");
});
