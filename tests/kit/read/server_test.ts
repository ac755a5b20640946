/** The server as programs see it: who gets in, what is served, and that a foreign notebook's page holds nothing of it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { newToken, POLICY, Shelf, startReader } from "offprint/kit/read/mod.ts";
import { UserError } from "offprint/errors.ts";
import { SAMPLE } from "./sample.ts";

Deno.test("the server answers its own page and nobody else", async (t) => {
  const path = "/nowhere/hostile.ipynb";
  const notebook = structuredClone(SAMPLE);
  notebook.cells[0]!.source = "# <b>Mine</b>\n\n<img src=x onerror=alert(1)>\n";
  const folder = await Deno.makeTempDir();
  const shelf = await Shelf.open(folder, [{ id: "opened-hostile", path, notebook }]);
  const token = newToken();
  const reader = startReader({ shelf, token, port: 0 });
  const base = `http://127.0.0.1:${reader.port}`;
  const entered = await fetch(reader.address, { redirect: "manual" });
  await entered.body?.cancel();
  const cookie = entered.headers.get("set-cookie")!.split(";")[0]!;
  const get = async (path: string, headers: Record<string, string> = { cookie }) => {
    const answer = await fetch(`${base}/${path}`, { headers, redirect: "manual" });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  try {
    await t.step("with the token one is led to the page", () => {
      assertEquals([entered.status, entered.headers.get("location")], [303, "/"]);
    });

    await t.step("without cookie or with a foreign origin every path is closed", async () => {
      for (const path of ["", "opened-hostile.html", "assets/reader.js", "opened-hostile.ipynb"]) {
        const none = await get(path, {});
        assertEquals(none.status, 403, path);
        assertStringIncludes(none.text, "open the address that deno task read printed");
        assertEquals(
          (await get(path, { cookie, origin: "http://evil.example" })).status,
          403,
          path,
        );
      }
    });

    await t.step("every answer carries the policy, and pages no script inside", async () => {
      for (const path of ["", "opened-hostile.html", "nothing", "assets/page.js"]) {
        const { headers, text } = await get(path);
        assertEquals(headers.get("content-security-policy"), POLICY, path);
        if (path.endsWith(".js")) continue;
        const inside = [...text.matchAll(/<script\b([^>]*)>/g)].filter(([, rest]) =>
          !rest!.includes("src=")
        );
        assertEquals(inside, [], path);
      }
    });

    await t.step("a file that the browser has is not sent again, a page always is", async () => {
      const file = await get("assets/editor.js");
      assert(file.text.length > 100_000);
      const etag = file.headers.get("etag")!;
      const again = await get("assets/editor.js", { cookie, "if-none-match": etag });
      assertEquals([again.status, again.text], [304, ""]);
      assertEquals((await get("assets/reader.js", { cookie, "if-none-match": etag })).status, 200);
      assertEquals((await get("assets/editor.js", { "if-none-match": etag })).status, 403);
      assertEquals((await get("")).headers.get("cache-control"), "no-store");
    });

    await t.step(
      "a foreign notebook is not in its page, which asks for it and makes it harmless",
      async () => {
        const { text } = await get("opened-hostile.html");
        assert(!text.includes("onerror") && !text.includes("Mine"), text);
        const cells = await get("opened-hostile.cells.json");
        assertEquals(cells.headers.get("content-type"), "application/json; charset=utf-8");
      },
    );

    await t.step("downloads are the notebook as it is", async () => {
      assertStringIncludes((await get("opened-hostile.ts")).text, 'id="parameters"');
      assertEquals(JSON.parse((await get("opened-hostile.ipynb")).text).nbformat, 4);
      assertEquals((await get("opened-other.html")).status, 404);
    });

    await t.step("a port that is taken is one clear line", () => {
      let message = "";
      try {
        startReader({ shelf, token, port: reader.port });
      } catch (error) {
        assert(error instanceof UserError);
        message = error.message;
      }
      assertStringIncludes(message, `--port: got ${reader.port}, expected a port that no other`);
    });

    await t.step("a socket that talks nonsense is told so", async () => {
      // Deno's sockets can send headers; the types do not know it.
      const options = { headers: { cookie, origin: base } } as unknown as string[];
      const socket = new WebSocket(
        `ws://127.0.0.1:${reader.port}/socket/opened-hostile`,
        options,
      );
      const { promise, resolve } = Promise.withResolvers<string>();
      socket.onopen = () => socket.send('{"type":"eval"}');
      socket.onmessage = ({ data }) => {
        const event = JSON.parse(data);
        if (event.type === "problem") resolve(event.message);
      };
      assertStringIncludes(await promise, "type");
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.close();
      await closed;
    });
  } finally {
    await reader.close();
    await Deno.remove(folder, { recursive: true });
  }
});
