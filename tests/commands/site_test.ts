/** `deno task site`: wrong addresses are one line, and nothing is written. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { publishSite } from "offprint/commands/site.ts";
import { UserError } from "offprint/errors.ts";
import { ROOT } from "offprint/kit/project.ts";

Deno.test("an address that is missing, no web address, or has a query is refused before anything is made", async () => {
  const out = await Deno.makeTempDir();
  try {
    for (
      const address of [
        [],
        ["--address", "example"],
        ["--address", "ftp://example.org/"],
        ["--address", "https://example.org/?a=1"],
      ]
    ) {
      const error = await assertRejects(
        () => publishSite([...address, "--out", `${out}/site`], ROOT),
        UserError,
      );
      assertStringIncludes(error.message, "--address: got ");
    }
    assertEquals([...Deno.readDirSync(out)], []);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
