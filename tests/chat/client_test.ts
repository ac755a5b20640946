import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  chatClient,
  type ChatClientOptions,
  type ChatMessage,
  estimateOf,
  folderStore,
  imagePart,
  memoryStore,
  redacted,
  retryAfterMs,
  trimmedKey,
} from "offprint/chat/mod.ts";
import { UserError } from "offprint/errors.ts";
import { choice, says, withServer } from "./server.ts";

const user = (content: ChatMessage["content"]) => ({
  messages: [{ role: "user" as const, content }],
});
const quick = { model: "m", waitMs: 1, tries: 3 };

Deno.test("text comes as a string, as parts or where older servers put it; how it ended is kept", async () => {
  const usage = { usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } };
  const cases: [() => Response, object][] = [
    [says("yes"), { text: "yes", finishReason: "stop" }],
    [says("ye", "length"), { text: "ye", finishReason: "length" }],
    [says([{ type: "text", text: "y" }, "es"]), { text: "yes", finishReason: "stop" }],
    [() => Response.json({ choices: [{ text: "old" }] }), { text: "old" }],
    [
      () => choice({ content: "paid" }, "stop", usage),
      { text: "paid", finishReason: "stop", usage: { prompt: 7, completion: 2 } },
    ],
    [
      () => new Response("\ufeff" + JSON.stringify({ choices: [{ message: { content: "m" } }] })),
      { text: "m" },
    ],
  ];
  for (const [reply, expected] of cases) {
    await withServer([reply], async (base) => {
      assertEquals(await chatClient({ base, ...quick }).ask(user("?")), expected as never);
    });
  }
});

Deno.test("answers that are none are told apart, and none of them ends a run", async () => {
  const cases: [string, () => Response, string, number][] = [
    ["no content", () => choice({ role: "assistant" }), "empty", 1],
    ["null", () => choice({ content: null }), "empty", 1],
    ["blank", says(" \n"), "empty", 1],
    ["cut while reasoning", () => choice({ content: "" }, "length"), "empty", 1],
    ["refusal", () => choice({ content: null, refusal: "I cannot help." }), "refused", 1],
    ["refusal part", says([{ type: "refusal", refusal: "No." }]), "refused", 1],
    ["filter", () => choice({ content: null }, "content_filter"), "refused", 1],
    [
      "filter as an error",
      () => Response.json({ error: { code: "content_filter" } }, { status: 400 }),
      "refused",
      1,
    ],
    [
      "too long",
      () => Response.json({ error: { code: "context_length_exceeded" } }, { status: 400 }),
      "too long",
      1,
    ],
    ["tools", () => choice({ content: null, tool_calls: [{}] }, "tool_calls"), "tool calls", 1],
    ["no choices", () => Response.json({ choices: [] }), "malformed", 3],
    ["null choices", () => Response.json({ choices: null }), "malformed", 3],
    [
      "200 with an error",
      () => Response.json({ error: { message: "overloaded" } }),
      "malformed",
      3,
    ],
    ["cut JSON", () => new Response('{"choices":[{"message":{"con'), "malformed", 3],
    ["a page", () => new Response("<html>"), "malformed", 3],
    ["a number", () => new Response("7"), "malformed", 3],
    ["6 MB", () => choice({ content: "x".repeat(6_000_000) }), "malformed", 3],
  ];
  for (const [name, reply, failure, calls] of cases) {
    await withServer([reply], async (base, sent) => {
      const answer = await chatClient({ base, ...quick }).ask(user("?"));
      assertEquals([answer.text, answer.failure], ["", failure as never], name);
      assert(answer.detail !== undefined && !answer.detail.includes("\n"), name);
      assertEquals(sent.length, calls, name);
    });
  }
});

Deno.test("what passes is asked again: 408, 429, 500, a cut reply, a reply that never ends", async () => {
  const hang = () =>
    new Response(new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(1)) }));
  for (
    const trouble of [
      () => new Response("slow", { status: 408 }),
      () => new Response("busy", { status: 429, headers: { "retry-after": "0" } }),
      () => new Response("oops", { status: 500 }),
      () => new Response('{"choi'),
      () => Response.json({ error: "overloaded" }),
      hang,
    ]
  ) {
    // On a busy machine the good reply may take longer than the reply that never ends is waited for, and is then asked for again.
    const [tries, limit] = trouble === hang ? [10, { timeMs: 300 }] : [3, {}];
    await withServer([trouble, trouble, says("at last")], async (base, sent) => {
      const client = chatClient({ base, ...quick, tries, ...limit });
      assertEquals((await client.ask(user("?"))).text, "at last");
      const { calls } = client.spent;
      if (trouble === hang) assert(calls >= 3 && sent.length >= 3, `${calls}, ${sent.length}`);
      else assertEquals([sent.length, calls], [3, 3]);
    });
  }
});

Deno.test("Retry-After in seconds and as a date", () => {
  const now = Date.UTC(2026, 10, 30, 1, 0, 0);
  assertEquals(retryAfterMs("3", now), 3000);
  assertEquals(retryAfterMs("1.5", now), 1500);
  assertEquals(retryAfterMs("Mon, 30 Nov 2026 01:00:07 GMT", now), 7000);
  assertEquals(retryAfterMs("Mon, 30 Nov 2026 00:59:00 GMT", now), 0);
  assertEquals(retryAfterMs("86400", now), 60_000);
  for (const odd of [null, "", "soon"]) assertEquals(retryAfterMs(odd, now), undefined);
});

Deno.test("a date in Retry-After is waited for", async () => {
  let first = 0, waited = 0;
  const at = () => new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
  await withServer([() => {
    first = Date.now();
    return new Response("", { status: 429, headers: { "retry-after": at().toUTCString() } });
  }, () => {
    waited = Date.now() - first;
    return says("yes")();
  }], async (base) => {
    assertEquals((await chatClient({ base, ...quick }).ask(user("?"))).text, "yes");
    assert(waited >= 900, `${waited} ms, not 1 ms`);
  });
});

Deno.test("what no retry mends ends at once, with what to do; the key is shown nowhere", async () => {
  const key = "sk-very-secret";
  const store = memoryStore();
  const echo = (status: number) => () => new Response(`bad key ${key}`, { status });
  await withServer([echo(401)], async (base, sent) => {
    const client = chatClient({ base, ...quick, key: `  ${key}\r\n`, store });
    const error = await assertRejects(() => client.ask(user("?")), UserError, "status 401");
    assert(!error.message.includes(key) && error.message.includes("[key]"), error.message);
    assertEquals([sent.length, sent[0]!.authorization], [1, `Bearer ${key}`]);
    assertEquals(store.exchanges.size, 0);
  });
  await withServer([echo(503)], async (base) => {
    const error = await assertRejects(
      () => chatClient({ base, ...quick, key }).ask(user("?")),
      UserError,
    );
    assert(!error.message.includes(key) && error.message.includes("3 times"), error.message);
  });
  await withServer([says(`your key is ${key}`)], async (base) => {
    const answer = await chatClient({ base, ...quick, key, store }).ask(user(`is it ${key}?`));
    assertEquals(answer.text, "your key is [key]");
    assert(!JSON.stringify([...store.exchanges]).includes(key));
  });
  for (const field of ["max_tokens", "temperature", "seed"]) {
    const reply = () => new Response(`Unsupported parameter: '${field}'`, { status: 400 });
    await withServer([reply], async (base) => {
      await assertRejects(
        () => chatClient({ base, ...quick }).ask(user("?")),
        UserError,
        `may not take ${field}: leave it out`,
      );
    });
  }
  assertEquals([trimmedKey(" a\n"), trimmedKey(" "), trimmedKey(undefined)], [
    "a",
    undefined,
    undefined,
  ]);
  assert(!assertThrows(() => trimmedKey("se cret"), UserError).message.includes("cret"));
  assertEquals(redacted("a b a", "a"), "[key] b [key]");
  const hidden: [text: string, key: string][] = [
    [`{"a":"sk\\/1"}`, "sk/1"],
    [`{"a":"\\u0073k-1"}`, "sk-1"],
    [`cut: "\\u0073k-1`, "sk-1"],
    [`{"a":"s\\"k"}`, 's"k'],
    ["?key=sk%2F1", "sk/1"],
    ["sk-1", " sk-1\n"],
  ];
  for (const [text, key] of hidden) {
    const shown = redacted(text, key);
    assert(shown.includes("key") && shown !== text, shown);
    assert(!JSON.stringify(shown).includes("1") && !shown.includes('s\\"k'), shown);
  }
  // Escapes that hide nothing stay as they are.
  assertEquals(redacted('{"a":"\\u00e9"}', "sk-1"), '{"a":"\\u00e9"}');
  for (const base of ["http://127.0.0.1/v1?key=secret", "http://127.0.0.1/v1#secret"]) {
    const error = assertThrows(() => chatClient({ base, model: "m" }), UserError, "? or #");
    assert(!error.message.includes("secret"), error.message);
  }
  const wrong = assertThrows(
    () => chatClient({ base: "secret", model: "m", key: "secret" }),
    UserError,
  );
  assert(!wrong.message.includes("secret"), wrong.message);
  const inside = "http://me:secret@127.0.0.1/v1";
  const error = assertThrows(() => chatClient({ base: inside, model: "m" }), UserError);
  assert(!error.message.includes("secret"));
});

Deno.test("fields that a server refuses are left out or go by another name", async () => {
  const sentBy = async (options: Partial<ChatClientOptions>): Promise<Record<string, unknown>> => {
    let body = {};
    await withServer([says("yes")], async (base, sent) => {
      const request = { ...user("?"), temperature: 0.5, seed: 3, sample: 2, maxTokens: 9 };
      await chatClient({ base, ...quick, ...options }).ask(request);
      body = sent[0]!.body;
    });
    return body;
  };
  const messages = [{ role: "user", content: "?" }];
  const all = { model: "m", messages, temperature: 0.5, seed: 5, max_tokens: 9 };
  assertEquals(await sentBy({}), all);
  assertEquals(await sentBy({ omit: ["seed", "temperature", "max_tokens"] }), {
    model: "m",
    messages,
  });
  const { max_tokens: limit, ...rest } = all;
  assertEquals(await sentBy({ tokensField: "max_completion_tokens" }), {
    ...rest,
    max_completion_tokens: limit,
  });
});

Deno.test("a run goes on where it stopped, is paid once, and is replayed without a network", async () => {
  const folder = await Deno.makeTempDir();
  const requests = Array.from(
    { length: 12 },
    (_, i) => ({ ...user(`question ${i % 6}`), sample: i % 2 }),
  );
  const answer = ({ body }: { body: Record<string, unknown> }) =>
    choice({ content: `to ${(body["messages"] as { content: string }[])[0]!.content}` });
  let address = "";
  let first: unknown;
  await withServer([answer], async (base, sent) => {
    address = base;
    const options = { base, ...quick, store: folderStore(folder), concurrency: 3 };
    const capped = chatClient({ ...options, caps: { calls: 4 } });
    await assertRejects(() => capped.askAll(requests), UserError, "at most 4 requests");
    assertEquals([sent.length, capped.spent.calls], [4, 4]);
    const client = chatClient(options);
    const seen: number[] = [];
    first = await client.askAll(requests, (_, index) => seen.push(index));
    // Six questions, each with two samples of which one occurs twice: what is asked twice is paid once.
    assertEquals([sent.length, client.spent.calls], [6, 2]);
    assertEquals(seen.toSorted((a, b) => a - b), requests.map((_, i) => i));
    await client.askAll(requests);
    assertEquals(sent.length, 6);
  });
  const replay = chatClient({ base: address, ...quick, store: folderStore(folder), replay: true });
  assertEquals(await replay.askAll(requests), first as never);
  assertEquals(replay.spent.calls, 0);
  const other = { ...user("another question") };
  await assertRejects(() => replay.ask(other), UserError, "replay: got no stored answer to");
  const [name] = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  const [file] = await Array.fromAsync(Deno.readDir(`${folder}/${name}`));
  await Deno.writeTextFile(`${folder}/${name}/${file!.name}`, "{");
  const error = await assertRejects(() => replay.askAll(requests), UserError, "no stored exchange");
  assert(error.message.includes(file!.name));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("1 000 stored answers are replayed in a moment", async () => {
  const store = memoryStore();
  const requests = Array.from({ length: 1000 }, (_, i) => user(`question ${i}`));
  await withServer([says("yes")], async (base) => {
    await chatClient({ base, ...quick, store, concurrency: 16 }).askAll(requests);
    const replay = chatClient({ base, ...quick, store, replay: true, concurrency: 16 });
    assertEquals((await replay.askAll(requests)).length, 1000);
    assertEquals(replay.spent.calls, 0);
  });
});

Deno.test("requests are under way together, as many as allowed", async () => {
  let now = 0, most = 0;
  await withServer([async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 20));
    now--;
    return says("yes")();
  }], async (base) => {
    const requests = Array.from({ length: 20 }, (_, i) => user(`${i}`));
    await chatClient({ base, ...quick, concurrency: 5 }).askAll(requests);
    assert(most > 1 && most <= 5, `${most}`);
  });
});

Deno.test("tokens are estimated before the start, and capped", async () => {
  const requests = [{ ...user("x".repeat(400)), maxTokens: 50 }, {
    ...user("y".repeat(40)),
    maxTokens: 5,
  }];
  assertEquals(estimateOf(requests), { calls: 2, promptTokens: 110, answerTokens: 55 });
  assertEquals(estimateOf([user("x")]).answerTokens, Infinity);
  const usage = { usage: { prompt_tokens: 60, completion_tokens: 50 } };
  await withServer([() => choice({ content: "a" }, "stop", usage)], async (base, sent) => {
    const client = chatClient({ base, ...quick, concurrency: 1, caps: { tokens: 100 } });
    await assertRejects(() => client.askAll(requests), UserError, "got 110 tokens");
    assertEquals(sent.length, 1);
  });
});

Deno.test("images: sent as data, their type read from their bytes", async () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3);
  await withServer([says("a cat")], async (base, sent) => {
    const content = [{ type: "text" as const, text: "What is it?" }, imagePart(png, "cat.png")];
    await chatClient({ base, ...quick }).ask(user(content));
    assertEquals(sent[0]!.body["messages"], [{
      role: "user",
      content: [
        { type: "text", text: "What is it?" },
        { type: "image_url", image_url: { url: `data:image/png;base64,${png.toBase64()}` } },
      ],
    }]);
  });
  assertThrows(
    () => imagePart(new Uint8Array(4), "x.png"),
    UserError,
    "4 bytes that are not a picture",
  );
  assertThrows(
    () => imagePart(png, "cat.jpg"),
    UserError,
    "expected image/jpeg, the type that its name gives",
  );
  assertThrows(
    () => imagePart(png, "cat.png", 10),
    UserError,
    "a picture of 11 bytes, expected at most 10",
  );
  assertEquals(imagePart(Uint8Array.of(0xff, 0xd8, 0xff), "a.jpeg").mediaType, "image/jpeg");
});
