import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import {
  bytesOf,
  download,
  fails,
  GRAPH,
  graphBytes,
  listed,
  partOf,
  published,
  withHub,
} from "./downloads.ts";

Deno.test("wrong bytes never get their name", async () => {
  for (const path of [GRAPH, "config.json"]) {
    await withHub(async (hub, folder) => {
      const file = hub.files.get(path)!;
      file.sent = file.bytes.slice();
      file.sent[10]! ^= 1;
      await fails(() => download(hub, folder), path, "another hash", "was discarded");
      assert(!(await listed(folder)).some((name) => name.startsWith(path)));
      delete file.sent;
      await download(hub, folder);
      assertEquals(await Deno.readFile(join(folder, path)), file.bytes);
    });
  }
});

Deno.test("neither do too few or too many bytes, nor a part that was damaged", async () => {
  await withHub(async (hub, folder) => {
    const file = hub.files.get(GRAPH)!;
    file.sent = graphBytes.slice(0, -1);
    await fails(
      () => download(hub, folder),
      `${graphBytes.length - 1} of ${graphBytes.length} bytes`,
    );
    const part = await partOf(folder, GRAPH);
    await Deno.writeFile(part, new Uint8Array(5000));
    delete file.sent;
    await fails(() => download(hub, folder), "another hash");
    file.sent = new Uint8Array(graphBytes.length + 9);
    await fails(() => download(hub, folder), "another hash");
    assert(!(await listed(folder)).some((name) => name.startsWith(GRAPH)));
  });
});

Deno.test("what the hub refuses is one clear line", async () => {
  await withHub(async (hub, folder) => {
    const of = (name: string, options = {}) => () => download(hub, folder, options, name);
    await fails(of("owner/none"), 'model: got "owner/none"', hub.endpoint, "HTTP 404", "spelling");
    await fails(of("owner/hidden"), 'model: got "owner/hidden"', "HTTP 401", "set HF_TOKEN");
    await fails(of("owner/hidden", { token: "hf_x" }), "HF_TOKEN is valid");
    await fails(of("owner/gated"), "gated model", `${hub.endpoint}/owner/gated`, "HF_TOKEN");
    await fails(of("owner/broken"), "HTTP 503", "again later");
    await fails(of("owner/portal"), "answer of a model hub");
    await fails(of("owner/empty"), "no commit");
    await fails(of("owner/tiny", { revision: "v9" }), '--revision: got "v9"', "owner/tiny");
    for (const name of ["", "a/b/c", "../x", "a b", "-x", "https://x/y"]) {
      await fails(of(name), "a name like OWNER/NAME");
    }
    for (const endpoint of ["nowhere", "file:///x", ""]) {
      await fails(of("owner/tiny", { endpoint }), "--endpoint");
    }
    // A gated model can be listed by everyone.
    hub.files.get("config.json")!.refused = [403, "GatedRepo"];
    await fails(of("owner/tiny"), "gated model");
    hub.files.get("config.json")!.refused = [500];
    await fails(of("owner/tiny"), "HTTP 500");
    hub.files.get("config.json")!.refused = [404, "EntryNotFound"];
    await fails(of("owner/tiny"), "owner/tiny", "the hub itself listed");
    delete hub.files.get("config.json")!.refused;
    assertEquals((await listed(folder)).filter((name) => !name.endsWith(".part")), []);
    await download(hub, folder, { revision: "v1" });
  });
});

Deno.test("no connection, and a server that says nothing", async () => {
  await withHub(async (hub, folder) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const endpoint = `http://127.0.0.1:${listener.addr.port}`;
    await fails(
      () => download(hub, folder, { endpoint, silenceMs: 30 }),
      endpoint,
      "no answer in 0.03 s",
      "run the same command again",
    );
    listener.close();
    await fails(() => download(hub, folder, { endpoint }), endpoint, "refused");
    assertEquals(await listed(folder), []);

    Object.assign(hub.files.get(GRAPH)!, { cutAfter: 3000, silent: true });
    await fails(() => download(hub, folder, { silenceMs: 1000 }), "nothing came for 1 s");
    assertEquals((await Deno.stat(await partOf(folder, GRAPH))).size, 3000);
  });
});

Deno.test("files of other content are in the way, unless they may be replaced", async () => {
  await withHub(async (hub, folder) => {
    await Deno.mkdir(folder);
    const config = join(folder, "config.json");
    await Deno.writeTextFile(config, "mine");
    await fails(() => download(hub, folder), "config.json", "other content", "--replace");
    assertEquals(hub.takeAsked(), []);
    assertEquals(await Deno.readTextFile(config), "mine");
    await download(hub, folder, { replace: true });
    assertEquals(await Deno.readFile(config), published.get("config.json")!);

    await Deno.remove(config);
    await Deno.mkdir(config);
    await fails(() => download(hub, folder, { replace: true }), "config.json", "a folder", "--to");
  });
});

Deno.test("a place that cannot be written is one clear line", async () => {
  await withHub(async (hub, folder) => {
    await Deno.writeTextFile(folder, "a file");
    await fails(() => download(hub, folder), "config.json", "--to");
    await Deno.remove(folder);
    // Someone else is writing the part.
    hub.files.get(GRAPH)!.cutAfter = 10;
    await fails(() => download(hub, folder), "got 10 of");
    const other = await Deno.open(await partOf(folder, GRAPH), { write: true });
    await other.lock(true);
    await fails(() => download(hub, folder), "another download is writing");
    other.close();
    await download(hub, folder);
  });
});

Deno.test({
  name: "a full disk is one clear line",
  ignore: Deno.build.os !== "linux", // needs a file that is always full
  fn: async () => {
    await withHub(async (hub, folder) => {
      hub.files.get(GRAPH)!.cutAfter = 10;
      await fails(() => download(hub, folder), "got 10 of");
      const part = await partOf(folder, GRAPH);
      await Deno.remove(part);
      await Deno.symlink("/dev/full", part);
      await fails(() => download(hub, folder), "No space left", "Make room");
      await Deno.remove(part);
      await download(hub, folder);
    });
  },
});

Deno.test("a repository may not write outside of the folder", async () => {
  for (
    const path of ["../evil.json", "a/../../evil", "/evil", "a//b", "c:evil", "a\\b", "a/\u0000b"]
  ) {
    await withHub(async (hub, folder) => {
      hub.files.set(path, { bytes: bytesOf("x"), large: false });
      await fails(() => download(hub, folder, { patterns: ["*"] }), "inside the folder");
      assertEquals(await listed(folder), []);
    });
  }
});
