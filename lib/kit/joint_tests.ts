/**
 * Test files that share one process *and* what they import: `deno test` loads the modules of every file anew, which takes
 * longer than most of the tests.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Writes one test file that imports others, one after the other, so that their tests are registered in that order. Each
 * is still reported under the file that holds it.
 *
 * @param root The project's folder.
 * @param paths Test files, and folders of which all are taken, relative to it.
 * @param out Folder of the new file.
 * @returns The path to give `deno test`: the file itself, where there is only one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { writeJointTest } from "offprint/kit/joint_tests.ts";
 *
 * assertEquals(await writeJointTest("/project", ["tests/a_test.ts"], "/tmp"), "/project/tests/a_test.ts");
 * ```
 */
export async function writeJointTest(
  root: string,
  paths: readonly string[],
  out: string,
): Promise<string> {
  const files = (await Promise.all(paths.map((path) => testFiles(resolve(root, path))))).flat();
  if (files.length === 1) return files[0]!;
  const imports = files.map((file) =>
    `await import(${JSON.stringify(pathToFileURL(file).href)});\n`
  );
  const joint = join(out, "joint_test.ts");
  await Deno.writeTextFile(joint, imports.join(""));
  return joint;
}

async function testFiles(path: string): Promise<string[]> {
  if (path.endsWith("_test.ts")) return [path];
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    const inner = join(path, name);
    if (isDirectory) found.push(...await testFiles(inner));
    else if (name.endsWith("_test.ts")) found.push(inner);
  }
  return found.sort();
}
