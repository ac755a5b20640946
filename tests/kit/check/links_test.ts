import { dirname, join } from "node:path";
import { assertEquals } from "@std/assert";
import { checkLinks } from "../../../lib/kit/check/links.ts";
import { printProblem } from "../../../lib/kit/check/problem.ts";

/** The problems of a project with these files and a README of this text. */
async function linkProblems(readme: string, files: Record<string, string> = {}): Promise<string[]> {
  const root = await Deno.makeTempDir({ prefix: "offprint-links-" });
  try {
    for (const [name, text] of Object.entries({ "README.md": readme, ...files })) {
      await Deno.mkdir(dirname(join(root, name)), { recursive: true });
      await Deno.writeTextFile(join(root, name), text);
    }
    return (await checkLinks(root, [])).map(printProblem);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const FILES = {
  "docs/a file.md": "# A `code` title!\n\n[up](../README.md)\n",
  "pic.svg": "<svg/>",
};

const good: [name: string, readme: string][] = [
  ["the web, mail, other schemes", "[a](https://a.example/x#y) [b](mailto:a@b.example) <c:d>"],
  ["a file", "[a](docs/a%20file.md) ![b](pic.svg) ![c](./pic.svg)"],
  ["a folder", "[a](docs/) [b](docs)"],
  ["a heading of another file", "[a](docs/a%20file.md#a-code-title)"],
  ["a heading of the same file", "# One two\n\n## What's *new*?\n\n[a](#one-two) [b](#whats-new)"],
  ["an id in HTML", '<a id="here"></a>\n\n[a](#here)'],
  ["an anchor into something without headings", "[a](pic.svg#layer)"],
  ["links in code", "`[a](gone.md)`\n\n```md\n[a](gone.md)\n```"],
];

for (const [name, readme] of good) {
  Deno.test(`good: ${name}`, async () => assertEquals(await linkProblems(readme, FILES), []));
}

const bad: [name: string, readme: string, problem: string][] = [
  [
    "no such file",
    "\n\n[a](gone.md)",
    "README.md:3: the link to gone.md leads nowhere: there is no gone.md, correct or remove it",
  ],
  [
    "no such picture",
    "a\n![b](gone.svg)",
    "README.md:2: the link to gone.svg leads nowhere: there is no gone.svg, correct or remove it",
  ],
  [
    "a reference",
    "[a][r]\n\n[r]: gone.md",
    "README.md:3: the link to gone.md leads nowhere: there is no gone.md, correct or remove it",
  ],
  [
    "in HTML",
    '<img src="gone.png">',
    "README.md:1: the link to gone.png leads nowhere: there is no gone.png, correct or remove it",
  ],
  [
    "no such heading",
    "# One\n\n[a](#two)",
    "README.md:3: the link to #two leads nowhere: README.md has no heading #two, correct or remove it",
  ],
  [
    "no such heading elsewhere",
    "[a](docs/a%20file.md#b)",
    "README.md:1: the link to docs/a%20file.md#b leads nowhere: docs/a file.md has no heading #b, correct or remove it",
  ],
  [
    "outside the project",
    "[a](../x.md)",
    "README.md:1: the link to ../x.md leaves the project, use a path from this file",
  ],
  [
    "from the root of the disk",
    "[a](/README.md)",
    "README.md:1: the link to /README.md leaves the project, use a path from this file",
  ],
];

for (const [name, readme, problem] of bad) {
  Deno.test(`bad: ${name}`, async () => assertEquals(await linkProblems(readme, FILES), [problem]));
}

Deno.test("what is generated or hidden is not looked at", async () => {
  assertEquals(
    await linkProblems("", { "out/a.md": "[a](gone)", ".hidden/a.md": "[a](gone)" }),
    [],
  );
});
