import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { checkUnknownDocuments } from "../../../lib/kit/check/unknown_documents.ts";

/** Written apart, so that the check does not find them here. */
const REFERENCE: Record<string, string> = {
  section: ["design", "§7"].join(" "),
  specification: ["the", "specification)."].join(" "),
  property: ["property", "P6"].join(" "),
  control: ["control", "F2b"].join(" "),
  title: ['Deno.test("R3', "a margin"].join(": "),
};

async function problemsOf(files: Record<string, string>): Promise<string[]> {
  const root = await Deno.makeTempDir({ prefix: "offprint-documents-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(root, name)), { recursive: true });
      await Deno.writeTextFile(join(root, name), text);
    }
    return (await checkUnknownDocuments(root)).map(({ file, line }) => `${file}:${line}`).sort();
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("references to documents that readers do not have are found, wherever readers look", async () => {
  for (const [kind, text] of Object.entries(REFERENCE)) {
    assertEquals(
      await problemsOf({ "lib/a.ts": `// fine\n// see ${text}\n` }),
      ["lib/a.ts:2"],
      kind,
    );
  }
  assertEquals(
    await problemsOf({
      "README.md": REFERENCE["section"]!,
      "data/papers/01.json": `{ "where": "${REFERENCE["property"]}" }`,
      "kernels/native/src/a.c": `// ${REFERENCE["control"]}`,
    }),
    ["README.md:1", "data/papers/01.json:1", "kernels/native/src/a.c:1"],
  );
});

Deno.test("sections of papers, outside specifications, data and generated files are not meant", async () => {
  assertEquals(
    await problemsOf({
      "lib/a.ts":
        "// COMET §3.2. Source: the ZMTP 3.0 specification, https://rfc.zeromq.org\n// rule D of the paper",
      "data/results/01.json": REFERENCE["property"]!,
      "out/page.md": REFERENCE["section"]!,
    }),
    [],
  );
});
