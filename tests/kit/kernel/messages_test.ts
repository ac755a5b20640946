import { assertEquals, assertThrows } from "@std/assert";
import {
  decodeJupyter,
  encodeJupyter,
  MessageError,
  newHeader,
  sign,
} from "offprint/kit/kernel/messages.ts";

const text = (string: string) => new TextEncoder().encode(string);

Deno.test("the signature is HMAC-SHA256 (RFC 4231, test case 2)", () => {
  assertEquals(
    sign("Jefe", [text("what do ya want "), text("for nothing?")]),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

Deno.test("a message comes back as it was sent, whatever identities stand before it", () => {
  const header = newHeader("session", "execute_request");
  const content = { code: "1 + 1 // ✓", silent: false };
  const frames = encodeJupyter("key", header, content);
  const message = decodeJupyter("key", [text("identity"), ...frames]);
  assertEquals(message, { header, parent: {}, metadata: {}, content });
});

Deno.test("a message that was changed or signed with another key is refused", () => {
  const frames = encodeJupyter("key", newHeader("s", "t"), { code: "1" });
  assertThrows(() => decodeJupyter("other", frames), MessageError, "signature was not made");
  const changed = frames.with(-1, text('{"code":"2"}'));
  assertThrows(() => decodeJupyter("key", changed), MessageError, "signature was not made");
  const unsigned = frames.with(1, text(""));
  assertThrows(() => decodeJupyter("key", unsigned), MessageError, "signature was not made");
});

Deno.test("frames that are not a Jupyter message are refused", () => {
  assertThrows(() => decodeJupyter("key", [text("hello")]), MessageError, "got 1 frames");
  const frames = encodeJupyter("key", newHeader("s", "t"), {});
  assertThrows(
    () => decodeJupyter("key", frames.slice(0, -1)),
    MessageError,
    "not a Jupyter message",
  );
  const parts = [text("{}"), text("{}"), text("{}"), text("{")];
  const broken = [text("<IDS|MSG>"), text(sign("key", parts)), ...parts];
  assertThrows(() => decodeJupyter("key", broken), MessageError, "not JSON");
});
