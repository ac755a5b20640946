import { assertEquals } from "@std/assert";
import { readFormat, readLint, readTypes } from "../../../lib/kit/check/deno_tools.ts";
import { printProblem } from "../../../lib/kit/check/problem.ts";

const said = (code: number, stderr: string, stdout = "") => ({ code, stdout, stderr });

Deno.test("deno fmt --check: each file at its first changed line", () => {
  const stderr = `from /p/lib/a.ts:
   1 |  const a = 1;
   6 | -const f = 1
   6 | +const f = 1;
   9 | -x

from /p/lib/b.ts:
   | ...
 12 | -
Error checking: /p/lib/bad.ts
  SyntaxError: Unexpected token \`=\`.
      at file:///p/lib/bad.ts:3:7

error: Found 3 not formatted files in 3 files
`;
  assertEquals(readFormat("/p", said(1, stderr)).map(printProblem), [
    "lib/a.ts:6: not formatted, run deno fmt",
    "lib/b.ts:12: not formatted, run deno fmt",
    "lib/bad.ts:3: cannot be formatted: SyntaxError: Unexpected token `=`., correct it",
  ]);
  assertEquals(readFormat("/p", said(0, "")), []);
});

Deno.test("deno lint --json: diagnostics and syntax errors", () => {
  const report = {
    diagnostics: [{
      filename: "file:///p/lib/a.ts",
      range: { start: { line: 4 } },
      message: "`x` is never used",
      code: "no-unused-vars",
      hint: "If this is intentional, prefix it",
    }],
    errors: [{
      file_path: "/p/lib/bad.ts",
      message: "SyntaxError: Unexpected token\n  |\n    at file:///p/lib/bad.ts:7:1",
    }],
  };
  assertEquals(readLint("/p", said(1, "", JSON.stringify(report))).map(printProblem), [
    "lib/a.ts:4: `x` is never used, if this is intentional, prefix it (no-unused-vars)",
    "lib/bad.ts:7: SyntaxError: Unexpected token, correct it",
  ]);
});

Deno.test("deno check: each diagnostic at its place, and errors of the module graph", () => {
  const stderr = `Check lib/a.ts
TS2322 [ERROR]: Type 'string' is not assignable to type 'number'.
const a: number = "x";
      ^
    at file:///p/lib/a.ts:1:7

TS2304 [ERROR]: Cannot find name 'x'.
x;
~
    at file:///p/docs/README.md#100-103.ts:2:1

TS2451 [ERROR]: Cannot redeclare block-scoped variable 'b'.
const b = 1;
      ^
    at file:///p/notebooks/02-b.ts:20:7

    'b' was also declared here.
    const b = 2;
          ^
        at file:///p/notebooks/02-b.ts:30:7

Found 2 errors.

error: Type checking failed.
`;
  assertEquals(readTypes("/p", said(1, stderr)).map(printProblem), [
    "lib/a.ts:1: TS2322 Type 'string' is not assignable to type 'number', correct the types",
    "docs/README.md:102: TS2304 Cannot find name 'x', correct the types",
    "notebooks/02-b.ts:20: TS2451 Cannot redeclare block-scoped variable 'b', correct the types",
  ]);
  const graph = `error: Module not found "file:///p/lib/x.ts".\n    at file:///p/lib/a.ts:2:8\n`;
  assertEquals(readTypes("/p", said(1, graph)).map(printProblem), [
    'lib/a.ts:2: Module not found "file:///p/lib/x.ts", correct the types',
  ]);
});

Deno.test("a tool that fails otherwise is told by its first line of error", () => {
  const failed = said(1, "warning: x\nerror: The lockfile is out of date.\n  more\n");
  for (
    const [read, tool] of [
      [readFormat, "deno fmt --check"],
      [readLint, "deno lint"],
      [readTypes, "deno check"],
    ] as const
  ) {
    assertEquals(read("/p", failed).map(printProblem), [
      `deno.json: ${tool} failed (exit code 1): error: The lockfile is out of date.`,
    ]);
  }
});
