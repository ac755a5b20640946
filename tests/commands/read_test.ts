/** Wrong arguments of `deno task read`: one line each, before anything is served. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { command, read } from "../../lib/commands/read.ts";
import { ROOT } from "offprint/kit/project.ts";

Deno.test("a wrong argument of read is one clear line", async () => {
  const cases: [string[], string][] = [
    [["42"], "42"],
    [["02", "03"], "one paper to begin with"],
    [["--port", "http"], '--port: got "http"'],
    [["--port", "70000"], "from 0 to 65535"],
    [["no/such.ipynb"], "the path of a notebook that exists"],
    [[join(ROOT, "README.md")], "README.md"],
    [["--host", "0.0.0.0"], "unknown option '--host'"],
  ];
  for (const [args, part] of cases) {
    const error = await assertRejects(() => read(args, ROOT), UserError, undefined, args.join(" "));
    assertStringIncludes(error.message, part);
    assertEquals(error.message.split("\n").length, 1);
  }
});

Deno.test("--help of read says where things are kept", () => {
  for (const part of ["127.0.0.1", "--edit", "out/reader-token"]) {
    assertStringIncludes(command.usage as string, part);
  }
});
