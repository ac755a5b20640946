import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { remoteTextModel } from "offprint/lm/text/mod.ts";

interface Seen {
  body: Record<string, unknown>;
  key: string | null;
}

/** A server on loopback that answers with `answers` in turn, the last one again and again. */
async function served(
  answers: (() => Response)[],
  use: (base: string, seen: Seen[]) => Promise<void>,
): Promise<void> {
  const seen: Seen[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      if (new URL(request.url).pathname !== "/v1/chat/completions") {
        return new Response("no such path", { status: 404 });
      }
      seen.push({ body: await request.json(), key: request.headers.get("authorization") });
      return answers[Math.min(seen.length, answers.length) - 1]!();
    },
  );
  try {
    await use(`http://127.0.0.1:${server.addr.port}/v1`, seen);
  } finally {
    await server.shutdown();
  }
}

const said = (content: string | null) => () =>
  Response.json({ choices: [{ message: { content } }] });
const options = { samples: 2, temperature: 0.1, seed: 7 };

Deno.test("a server is asked once for each sample, with its seed and key", async () => {
  await served([said("one"), said("two")], async (base, seen) => {
    const model = remoteTextModel({
      base: `${base}/`,
      model: "big",
      key: "secret",
      system: "Be brief.",
    });
    assertEquals(await model.generate("Hello", { ...options, maxTokens: 5 }), ["one", "two"]);
    assertEquals(model.name, "big");
    assertEquals(seen.map(({ key }) => key), ["Bearer secret", "Bearer secret"]);
    assertEquals(seen[1]!.body, {
      model: "big",
      messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Hello" }],
      temperature: 0.1,
      seed: 8,
      max_tokens: 5,
    });
  });
  await served([said(null)], async (base) => {
    assertEquals(await remoteTextModel({ base, model: "m" }).generate("x", options), ["", ""]);
  });
});

Deno.test("a busy server is asked again; one that stays busy is one line, and the key is not in it", async () => {
  const busy = () => new Response("slow down", { status: 429 });
  await served([busy, busy, said("at last")], async (base, seen) => {
    const model = remoteTextModel({ base, model: "m", waitMs: 1 });
    assertEquals(await model.generate("x", { ...options, samples: 1 }), ["at last"]);
    assertEquals(seen.length, 3);
  });
  await served([() => new Response("oh\nno", { status: 503 })], async (base, seen) => {
    const model = remoteTextModel({ base, model: "m", key: "secret", waitMs: 1, tries: 3 });
    const error = await assertRejects(
      () => model.generate("x", { ...options, samples: 1 }),
      UserError,
      "status 503 (oh no), 3 times",
    );
    assert(!error.message.includes("secret"));
    assertEquals(seen.length, 3);
  });
});

Deno.test("a refusal, an answer that is none, and no server at all", async () => {
  await served([() => new Response("bad key", { status: 401 })], async (base, seen) => {
    await assertRejects(
      () =>
        remoteTextModel({ base, model: "m", waitMs: 1 }).generate("x", { ...options, samples: 1 }),
      UserError,
      "status 401 (bad key)",
    );
    assertEquals(seen.length, 1);
    await assertRejects(
      () => remoteTextModel({ base: `${base}/more`, model: "m" }).generate("x", options),
      UserError,
      "status 404",
    );
  });
  for (const reply of ["<html>", "{}", '{"choices":[]}']) {
    await served([() => new Response(reply)], async (base, seen) => {
      const model = remoteTextModel({ base, model: "m", waitMs: 1, tries: 2 });
      const [answer] = await model.answers("x", { ...options, samples: 1 });
      assertEquals(answer!.text, "");
      assert(answer!.failure!.startsWith("malformed: a reply"), answer!.failure);
      assertEquals(seen.length, 2);
    });
  }
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  await assertRejects(
    () =>
      remoteTextModel({ base: `http://127.0.0.1:${port}`, model: "m", tries: 1 }).generate(
        "x",
        options,
      ),
    UserError,
    "1 times",
  );
  assertThrows(() => remoteTextModel({ base: "localhost", model: "m" }), UserError, "endpoint");
  assertThrows(
    () => remoteTextModel({ base: "file:///x", model: "m" }),
    UserError,
    "an http or https address",
  );
});
