/** What hubs and endpoints may answer: nothing is written outside the folder, no key is printed, one line says what is wrong. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { HubServer, type ServedFile } from "../lm/hub/hub_server.ts";
import { bytesOf, listed } from "../lm/hub/downloads.ts";
import { inFolder } from "../verilog/problems/in_folder.ts";
import { bench, good, inverter, skipped } from "../verilog/problems/small_sets.ts";
import { withServer } from "../chat/server.ts";
import { figure, type Said, sampled, say } from "./trial.ts";

/** Stands for a key; it must not be seen anywhere. */
const KEY = "sk-trial-0123456789abcdef";

/** Paths that a hub may list; those that stay inside the folder may be fetched. */
const PATHS = [
  ...["../evil.json", "a/../../evil", "/evil", "//evil", "a//b", "a/./b", "./a", "a/..", ".."],
  ...["..\\evil", "a\\b", "c:evil", "C:\\evil", "a/\u0000b", "a\nb", "a\u001b[31mb", "~/evil"],
  ...["%2e%2e/evil", "..%2fevil", "a/", " ", "", "a ", "x".repeat(300), "a/".repeat(200) + "b"],
  ...["config.json/x", "con", "-rf", "model.safetensors.part", ".git/config", "\u202egnp.exe"],
];

/** What a hub may do with a file. */
const FILES: Record<string, Partial<ServedFile>> = {
  "wrong bytes": { sent: bytesOf("x".repeat(100)) },
  "no bytes": { sent: bytesOf("") },
  "a page": { sent: bytesOf("<html>Please log in</html>") },
  "a cut": { cutAfter: 10 },
  ...Object.fromEntries(
    [401, 403, 404, 410, 416, 418, 429, 500, 503].map((status) => [
      `status ${status}`,
      { refused: [status] as [number] },
    ]),
  ),
};

/** Answers to everything that a hub is asked. */
function hubAnswers(): Record<string, (request: Request) => Response> {
  const json = (value: unknown) => () => Response.json(value);
  const moved = (location: string) => () =>
    new Response(null, { status: 302, headers: { location } });
  return {
    "null": json(null),
    "a list": json([]),
    "a number": json(7),
    "nothing known": json({}),
    "a commit that is a path": json({ sha: "../../../evil", id: "owner/tiny" }),
    "a commit that is a number": json({ sha: 7 }),
    "a list of another shape": json({ sha: "0".repeat(40), siblings: "all" }),
    "half of it": () => new Response('{"sha":"0123'),
    "deep": () => new Response("[".repeat(100_000)),
    "long": () => new Response(`{"sha":"${"0".repeat(5_000_000)}"}`),
    "empty": () => new Response(""),
    "no text": () => new Response(Uint8Array.of(255, 254, 0, 1)),
    "to itself": (request) => moved(request.url)(),
    "to a file": moved("file:///etc/passwd"),
    "to nowhere": moved("http://127.0.0.1:1/"),
    "to a script": moved("javascript:1"),
    "the key": (request) => Response.json({ error: request.headers.get("authorization") }),
    ...Object.fromEntries(
      [400, 401, 403, 404, 429, 500].map((status) => [
        `the key with status ${status}`,
        (request: Request) =>
          Response.json({ error: `token ${request.headers.get("authorization")}` }, {
            status,
            statusText: KEY,
            headers: { "x-error-message": `${request.headers.get("authorization")}` },
          }),
      ]),
    ),
  };
}

/** Downloads into a folder of its own, and looks at what is there afterwards. */
async function downloaded(endpoint: string, what: string): Promise<Said> {
  const root = await Deno.makeTempDir();
  try {
    const said = await say([
      ...["download", "owner/tiny", "--to", join(root, "in", "model"), "--files", "*"],
      ...["--endpoint", endpoint],
    ], { env: { HF_TOKEN: KEY } });
    const outside = (await listed(root)).filter((path) => !path.startsWith("in/model/"));
    assertEquals(outside, [], what);
    assertTold(said, what);
    return said;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** It went well, or one line says why not; nothing shows the key, a stack or a code for the terminal. */
function assertTold({ code, out, err }: Said, what: string): void {
  assert(code === 0 || code === 2, `${what}: exit code ${code}: ${err.slice(-400)}`);
  assert(!(out + err).includes(KEY), `${what}: the key: ${err}`);
  assert(!/\n\s+at |Uncaught|panicked/.test(err), `${what}: a stack: ${err.slice(0, 400)}`);
  // deno-lint-ignore no-control-regex -- these are what is looked for
  assert(!/[\u0000-\u0008\u000b-\u001f\u202e]/.test(err), `${what}: control codes: ${err}`);
}

Deno.test("a hub may answer what it likes", async () => {
  const trials: [what: string, run: () => Promise<Said>][] = [];
  const served = (file: string, more: Partial<ServedFile>, what: string) => async () => {
    await using hub = new HubServer(new Map([["config.json", bytesOf("{}")]]));
    hub.files.set(file, { bytes: bytesOf("harmless"), large: false, ...more });
    return await downloaded(hub.endpoint, what);
  };
  for (const path of PATHS) trials.push([path, served(path, {}, `path ${JSON.stringify(path)}`)]);
  for (const [what, more] of Object.entries(FILES)) {
    trials.push([what, served("model.safetensors", more, what)]);
  }
  for (const [what, answer] of Object.entries(hubAnswers())) {
    trials.push([what, async () => {
      const settings = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
      const server = Deno.serve(settings, answer);
      try {
        return await downloaded(`http://127.0.0.1:${server.addr.port}`, what);
      } finally {
        await server.shutdown();
      }
    }]);
  }
  const chosen = sampled(trials, 6, "hub");
  for (const [, run] of chosen) await run();
  figure(
    `hub: ${chosen.length} of ${trials.length} answers, bytes outside the folder 0, keys in output 0`,
  );
});

/** Replies of an endpoint to a question. */
function replies(): Record<string, (key: string) => Response> {
  const message = (content: unknown, more: object = {}) => () =>
    Response.json({ choices: [{ finish_reason: "stop", message: { content, ...more } }] });
  const says = (text: string) => (key: string) => message(text.replaceAll("KEY", key))();
  return {
    "no choices": () => Response.json({ choices: [] }),
    "null": () => Response.json(null),
    "a number": () => Response.json(7),
    "parts": message([{ type: "text", text: inverter }, { type: "image_url" }]),
    "a refusal": message(null, { refusal: "No." }),
    "tool calls": message(null, { tool_calls: [{ function: { name: "sh" } }] }),
    "half of it": () => new Response('{"choices":[{"message":{"con'),
    "a page": () => new Response("<html>Please log in</html>"),
    "empty": () => new Response(""),
    "no text": () => new Response(Uint8Array.of(255, 254, 0, 1)),
    "deep": () => new Response("[".repeat(100_000)),
    "long": () => message("x".repeat(6_000_000))(),
    "control codes": message("\u001b]0;title\u0007\u001b[2J\u202e"),
    "a path": message('```verilog\n// ../../evil\n`include "/etc/hostname"\n```'),
    "the key": says("KEY"),
    "the key in a module": says(`\`\`\`verilog\n// KEY\n${inverter}\`\`\``),
    "the key as a reason": (key) =>
      Response.json({ choices: [{ finish_reason: key, message: { content: null } }] }),
    "to itself": () =>
      new Response(null, { status: 307, headers: { location: "/v1/chat/completions" } }),
    "to nowhere": () =>
      new Response(null, { status: 307, headers: { location: "http://127.0.0.1:1/" } }),
    ...Object.fromEntries(
      [400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503].map((status) => [
        `the key with status ${status}`,
        (key: string) =>
          Response.json({ error: { message: `bad key ${key}`, code: key, type: key } }, {
            status,
            statusText: key,
            headers: { "retry-after": "0", "x-request-id": key },
          }),
      ]),
    ),
  };
}

Deno.test({
  name: `an endpoint may answer what it likes${skipped ? " (skipped: no Icarus Verilog)" : ""}`,
  ignore: skipped,
  async fn() {
    const all = Object.entries(replies());
    const chosen = sampled(all, 4, "endpoint");
    for (const [what, reply] of chosen) {
      await inFolder({
        "set/basic1/prompt1_inv.v": "module inv(input a, output y);",
        "set/basic1/answer_inv.v": inverter,
        "set/basic1/tb_inv.v": bench("all tests passed", good),
      }, (folder) => asked(folder, what, reply));
    }
    figure(
      `endpoint: ${chosen.length} of ${all.length} answers, bytes outside the folder 0, keys in output 0`,
    );
  },
});

/** Asks an endpoint once, and looks at all that is kept of it. */
async function asked(folder: string, what: string, reply: (key: string) => Response) {
  const answer = ({ authorization }: { authorization: string | null }) =>
    reply(authorization!.replace("Bearer ", ""));
  await withServer([answer], async (base) => {
    const said = await say([
      ...["solve", "--endpoint", base, "--model", "m", "--set", join(folder, "set")],
      ...["--samples", "1", "--store", join(folder, "out", "store"), "--tries", "1"],
      ...["--answers", join(folder, "out", "answers"), "--out", join(folder, "out", "solved")],
    ], { env: { OPENAI_API_KEY: KEY } });
    assertTold(said, what);
  });
  const files = await listed(folder);
  assertEquals(files.filter((path) => !/^(set|out)\//.test(path)), [], what);
  for (const path of files) {
    const text = await Deno.readTextFile(join(folder, path));
    assert(!text.includes(KEY), `${what}: the key in ${path}`);
  }
}
