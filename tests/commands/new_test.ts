/** `deno task new`: what it makes passes the checks and runs at once, and wrong arguments write nothing. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { checkClaims } from "offprint/kit/check/claims.ts";
import { checkForm } from "offprint/kit/check/cell_form.ts";
import { checkInStep, checkSource } from "offprint/kit/check/notebooks.ts";
import { claimsOf } from "offprint/kit/runner/mod.ts";
import { notebookIds, parseNotebook, readPair } from "offprint/kit/pairs/mod.ts";
import { COMMAND_FLAGS, ROOT } from "offprint/kit/project.ts";
import { begin } from "offprint/commands/new.ts";

/** A copy of the project in which a paper can be begun: links, but for what the command writes to. */
async function withCopy(use: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "offprint-new-" });
  try {
    const own = new Set(["lib", "lib/papers", "data", "data/papers", "notebooks", "tests"]);
    const linked = ["kernels", "deno.json", "import_map.json", "deno.lock"];
    for (const name of linked) await Deno.symlink(join(ROOT, name), join(root, name));
    for (const folder of own) {
      await Deno.mkdir(join(root, folder));
      for await (const { name, isFile } of Deno.readDir(join(ROOT, folder))) {
        const path = `${folder}/${name}`;
        if (own.has(path) || folder === "tests") continue;
        // Of the notebooks only what every one needs and the one that lists them all.
        if (folder === "notebooks" && !/^(?:00|deno)/.test(name)) continue;
        if (isFile) await Deno.copyFile(join(ROOT, path), join(root, path));
        else await Deno.symlink(join(ROOT, path), join(root, path));
      }
    }
    await Deno.copyFile(join(ROOT, "README.md"), join(root, "README.md"));
    await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Runs Deno in a folder; gives its exit code and what it said. */
async function deno(root: string, ...args: string[]): Promise<[code: number, said: string]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return [code, text(stdout) + text(stderr)];
}

Deno.test("a new paper passes its checks, its test and its run, and its claim holds", async () => {
  await withCopy(async (root) => {
    const { log } = console;
    const printed: string[] = [];
    console.log = (line: string) => printed.push(line);
    try {
      assertEquals(await begin(["11", "A Theory of Coins: Or Not", "--year", "2026"], root), 0);
      await assertRejects(() => begin(["11", "Another"], root), UserError, "11-theory-coins has");
    } finally {
      console.log = log;
    }
    const files = printed.filter((line) => /^\S+\.(?:ts|json)$/.test(line));
    assert(files.includes("lib/papers/theory_coins/mod.ts"), printed.join("\n"));
    const source = await Deno.readTextFile(join(root, "lib", "README.md"));
    assertStringIncludes(source, "| `papers/theory_coins` | Paper 11, A Theory of Coins |");
    const readme = await Deno.readTextFile(join(root, "README.md"));
    assertStringIncludes(readme, "[A Theory of Coins: Or Not](notebooks/11-theory-coins.ipynb)");

    const ids = await notebookIds(join(root, "notebooks"));
    assertEquals(ids, ["00-start-here", "11-theory-coins"]);
    for (const id of ids) {
      const pair = await readPair(root, id);
      const problems = [...await checkSource(pair), ...checkForm(pair), ...checkInStep(pair)];
      assertEquals(problems, [], id);
    }
    const pair = await readPair(root, "11-theory-coins");
    const claims = await checkClaims(root, [pair]);
    assertEquals(claims.find(({ id }) => id === "11-theory-coins")?.problems, []);

    const written = files.filter((file) => /theory_coins.*\.ts$/.test(file));
    assertEquals(written.length, 4);
    const [fmt, formatting] = await deno(root, "fmt", "--check", ...written);
    assertEquals(fmt, 0, formatting);
    const test = ["test", "-q", "-A", "--lock=deno.lock", "--frozen", "tests/papers"];
    const [tested, said] = await deno(root, ...test);
    assertEquals(tested, 0, said);

    const out = join(root, "out");
    const run = ["run", "-q", ...COMMAND_FLAGS, "lib/commands/main.ts", "run", "11", "--out", out];
    const [code, report] = await deno(root, ...run);
    assertEquals(code, 0, report);
    const executed = join(out, "notebooks", "11-theory-coins.ipynb");
    const notebook = parseNotebook(await Deno.readTextFile(executed), executed);
    assertEquals(claimsOf(notebook).map(({ record }) => [record.id, record.verdict]), [
      ["11.variance", "holds"],
    ]);

    // Its exercise can be handed out as it is.
    const assignment = join(root, "out", "assignment");
    const main = ["run", "-q", ...COMMAND_FLAGS, "lib/commands/main.ts"];
    const [assigned, told] = await deno(root, ...main, "assign", "11", "--out", assignment);
    assertEquals(assigned, 0, told);
    assertStringIncludes(
      told,
      "11-theory-coins: 2 graded cells, 2 points, 1 visible and 2 hidden tests.",
    );
  });
});

Deno.test("a wrong argument of new is one clear line, and nothing is written", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(root, "notebooks"));
    const cases: [string[], string][] = [
      [[], "got no arguments, expected a number and a title"],
      [["11"], "expected a number and a title"],
      [["11", "A", "Title"], "the title in quotes"],
      [["1", "Title"], "two digits from 01 to 99"],
      [["00", "Title"], "two digits from 01 to 99"],
      [["11", "a | b"], "without |, ` and */"],
      [["11", "?"], "--name"],
      [["11", "Title", "--name", "Two Words"], "small letters and digits"],
      [["11", "Title", "--arxiv", "cs/0001"], "--arxiv"],
      [["11", "Title", "--year", "soon"], "--year"],
      [["11", "Title", "--authors", " , "], "--authors"],
    ];
    for (const [args, part] of cases) {
      const { message } = await assertRejects(() => begin(args, root), UserError);
      assertStringIncludes(message, part);
      assert(!message.includes("\n"), message);
    }
    const left = await Array.fromAsync(Deno.readDir(root), ({ name }) => name);
    assertEquals(left, ["notebooks"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
