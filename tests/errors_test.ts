import { assertEquals } from "@std/assert";
import { Described, messageOf, shown, UserError } from "offprint/errors.ts";

Deno.test("a user error is one line with got, expected and what to do", () => {
  const error = new UserError({ what: "--jobs", got: "two\nthree", expected: "a number" });
  assertEquals(error.message, '--jobs: got "two\\nthree", expected a number.');
});

Deno.test("what would steer a terminal is shown as codes, wherever it came from", () => {
  const odd = "a\u001b[2J\u202eb\nc";
  const error = new UserError({ what: odd, got: new Described(odd), expected: odd, todo: "Go." });
  assertEquals(
    error.message,
    "a\\u001b[2J\\u202eb\\nc: got a\\u001b[2J\\u202eb c, expected a\\u001b[2J\\u202eb\nc. Go.",
  );
  assertEquals(shown(odd), '"a\\u001b[2J\u202eb\\nc"');
});

Deno.test("values are shown on one line and cut when long", () => {
  assertEquals(shown(undefined), "nothing");
  assertEquals(shown(NaN), "NaN");
  assertEquals(shown([1, "a"]), '[1,"a"]');
  assertEquals(shown("x".repeat(200)).length, 81);
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  assertEquals(shown(circular), "[object Object]");
});

Deno.test("a described state of affairs is shown whole, on one line, without quotes", () => {
  const long = `edits in ${"x".repeat(100)}\n  and more`;
  assertEquals(shown(new Described(long)), `edits in ${"x".repeat(100)} and more`);
});

Deno.test("messageOf takes errors and anything else", () => {
  assertEquals(messageOf(new TypeError("no")), "no");
  assertEquals(messageOf("plain"), "plain");
});
