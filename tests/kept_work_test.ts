import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import { keepOnce, readKept } from "offprint/kept_work.ts";
import { owner } from "offprint/temporary.ts";

Deno.test("a piece of work is made once, however many ask; one that fails is free again", async () => {
  const path = await Deno.makeTempDir();
  const folder = pathToFileURL(`${path}/`);
  try {
    let made = 0;
    const work = async () => {
      await new Promise((done) => setTimeout(done, 20));
      return { made: ++made };
    };
    await Promise.all([keepOnce(folder, "a.json", work), keepOnce(folder, "a.json", work)]);
    await keepOnce(folder, "a.json", work);
    assertEquals(made, 1);
    const fails = () => Promise.reject(new Error("no"));
    await assertRejects(() => keepOnce(folder, "b.json", fails), Error, "no");
    assertEquals([...Deno.readDirSync(path)].map(({ name }) => name), ["a.json"]);
    await keepOnce(folder, "b.json", work);
    assertEquals(JSON.parse(await Deno.readTextFile(`${path}/b.json`)), { made: 2 });
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});

Deno.test("a piece that a killed process had begun is done by the next; one that another still does is left", async () => {
  const path = await Deno.makeTempDir();
  const folder = pathToFileURL(`${path}/`);
  try {
    const child = new Deno.Command("true").spawn();
    const [, start, namespace] = owner().split(".");
    await child.status;
    await Deno.writeTextFile(`${path}/a.json.started`, `${child.pid}.${start}.${namespace}`);
    await keepOnce(folder, "a.json", () => Promise.resolve(1));
    for (const alive of [owner(), "", "1.2.3"]) {
      await Deno.writeTextFile(`${path}/b.json.started`, alive);
      await keepOnce(folder, "b.json", () => Promise.resolve(1));
    }
    // Killed before it had written its name.
    await Deno.writeTextFile(`${path}/c.json.started`, "");
    await Deno.utime(`${path}/c.json.started`, 1e9, 1e9);
    await keepOnce(folder, "c.json", () => Promise.resolve(1));
    assertEquals([...Deno.readDirSync(path)].map(({ name }) => name).sort(), [
      "a.json",
      "b.json.started",
      "c.json",
    ]);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});

Deno.test("a kept piece that is damaged is one line with its file", async () => {
  const path = await Deno.makeTempFile();
  try {
    for (const damage of ["", '{"a":', "x", "\u0000"]) {
      await Deno.writeTextFile(path, damage);
      const { message } = await assertRejects(
        () => readKept(pathToFileURL(path)),
        UserError,
        "expected JSON, as it was written there. Remove the file",
      );
      assertEquals([message.startsWith(path), message.includes("\n")], [true, false], message);
    }
  } finally {
    await Deno.remove(path);
  }
});
