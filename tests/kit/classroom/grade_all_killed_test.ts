import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readText } from "offprint/files.ts";
import { COMMAND_FLAGS, ROOT } from "offprint/kit/project.ts";
import { type Child, startChild } from "offprint/process/mod.ts";
import { RIGHT_1, RIGHT_2, submission, writeSample } from "./sample.ts";

const KILLS = 10;
const SUBMISSIONS = KILLS + 2;

function grade(folder: string, out: string): Child {
  return startChild(
    Deno.execPath(),
    ["run", ...COMMAND_FLAGS, "lib/commands/main.ts", "grade", folder, "--out", out, "--jobs", "2"],
    { cwd: ROOT, env: { NO_COLOR: "1" } },
  );
}

async function finished(child: Child): Promise<void> {
  const [{ code }, said] = await Promise.all([child.status, new Response(child.stderr).text()]);
  assertEquals(code, 0, said);
}

async function keptIn(folder: string): Promise<number> {
  try {
    const names = await Array.fromAsync(Deno.readDir(join(folder, "kept")));
    return names.filter(({ name }) => !name.startsWith(".")).length;
  } catch {
    return 0;
  }
}

Deno.test(`a grader that is killed at ${KILLS} moments and started again gives the same report`, async () => {
  const folder = await Deno.makeTempDir({ prefix: "classroom-" });
  try {
    await writeSample(folder);
    const submitted = join(folder, "submitted");
    for (let i = 0; i < SUBMISSIONS; i++) {
      const second = [RIGHT_2, "function leastRoot(x: number) { return x; }", undefined][i % 3];
      const notebook = await submission(folder, {
        "exercise-1": `${RIGHT_1}\n// ${i}`,
        ...(second === undefined ? {} : { "exercise-2": second }),
      });
      await Deno.writeTextFile(join(submitted, `student-${i}.ipynb`), JSON.stringify(notebook));
    }
    const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
    await finished(grade(submitted, whole));

    let ended = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const child = grade(submitted, killed);
      const printed = Promise.all(
        [child.stdout, child.stderr].map((stream) => new Response(stream).text()),
      );
      // Each time when one more has been graded, with others on the way.
      while (child.end === undefined && await keptIn(killed) < kill) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (child.end === undefined) Deno.kill(child.pid, "SIGKILL");
      const { signal } = await child.status;
      if (signal === null) ended++;
      await printed;
    }
    assert(ended < KILLS, "some were killed while they worked");
    await finished(grade(submitted, killed));
    for (const file of ["report.json", "gradebook.csv", join("feedback", "student-3.html")]) {
      assertEquals(await readText(join(killed, file)), await readText(join(whole, file)), file);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
