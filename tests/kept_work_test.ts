import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { keepOnce } from "offprint/kept_work.ts";

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
