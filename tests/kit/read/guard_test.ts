import { assert, assertEquals, assertMatch } from "@std/assert";
import { Guard, newToken, POLICY } from "offprint/kit/read/mod.ts";

const token = newToken();
const guard = new Guard(4321, token);
const cookie = `other=1; offprint-read-4321=${token}`;
const host = "127.0.0.1:4321";

function judged(headers: Record<string, string>, path = "/", method = "GET") {
  return guard.judge(new Request(`http://127.0.0.1:4321${path}`, { method, headers }));
}

Deno.test("the token opens the door once, and a cookie keeps it open", () => {
  const entered = judged({ host }, `/02.html?token=${token}&x=1`);
  assert(entered.kind === "enter");
  assertEquals(entered.address, "/02.html?x=1");
  assertMatch(entered.cookie, /; Path=\/; HttpOnly; SameSite=Strict$/);
  assertEquals(judged({ host, cookie: entered.cookie.split(";")[0]! }).kind, "allowed");
  assertEquals(judged({ host: "localhost:4321", cookie }).kind, "allowed");
  const doubled = judged({ host }, `//other.example/?token=${token}`);
  assert(doubled.kind === "enter");
  assertEquals(doubled.address, "/other.example/", "the door leads to no other site");
});

Deno.test("what does not come from this server's own page is refused", () => {
  const refused: [string, Record<string, string>, string?, string?][] = [
    ["no token", { host }],
    ["a wrong one", { host }, "/?token=x"],
    ["a wrong one of the same length", { host }, `/?token=${"A".repeat(43)}`],
    ["another server's cookie", { host, cookie: `offprint-read-4322=${token}` }],
    ["a foreign name that leads here", { host: "evil.example:4321", cookie }],
    ["another port", { host: "127.0.0.1:4322", cookie }],
    ["no name", { cookie }],
    ["a foreign page", { host, cookie, origin: "http://evil.example" }],
    ["a page of another port", { host, cookie, origin: "http://127.0.0.1:1" }],
    ["a page opened from disk", { host, cookie, origin: "null" }],
    ["a socket without an origin", { host, cookie, upgrade: "websocket" }, "/socket/02"],
    ["a post without an origin", { host, cookie }, "/", "POST"],
    ["the token in a post", { host }, `/?token=${token}`, "POST"],
  ];
  for (const [what, headers, path, method] of refused) {
    assertEquals(judged(headers, path, method).kind, "refused", what);
  }
  const own = { host, cookie, origin: `http://${host}`, upgrade: "websocket" };
  assertEquals(judged(own, "/socket/02").kind, "allowed");
});

Deno.test("no script may stand inside a page", () => {
  const scripts = POLICY.split("; ").find((part) => part.startsWith("script-src"));
  assertEquals(scripts, "script-src 'self'");
  assert(POLICY.startsWith("default-src 'none'"));
});
