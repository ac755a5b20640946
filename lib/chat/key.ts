/**
 * The key of a service: read without the line end that files and shells leave on it, and shown nowhere.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";

/**
 * A key as it was given, without blanks and line ends around it; undefined where nothing is left.
 *
 * @throws {UserError} for a key with a character that a header cannot hold; it is not shown.
 */
export function trimmedKey(key: string | undefined): string | undefined {
  const trimmed = key?.trim();
  if (trimmed === undefined || trimmed === "") return undefined;
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new UserError({
    what: "the key of the endpoint",
    got: undefined,
    expected: "printable ASCII characters without spaces",
    todo: "Copy it again; it is not shown here.",
  });
}

/**
 * A text in which the key, should a server or a library repeat it, is replaced: as it is, as it is in
 * JSON (with `\\/` or `\\u` escapes) and in an address.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { redacted } from "offprint/chat/mod.ts";
 *
 * assertEquals(redacted("no such key: a/b", "a/b"), "no such key: [key]");
 * assertEquals(redacted('{"error":"a\\/b"}', "a/b"), '{"error":"[key]"}');
 * ```
 */
export function redacted(text: string, key: string | undefined): string {
  const trimmed = key?.trim();
  if (trimmed === undefined || trimmed === "") return text;
  const plain = withoutKey(text, trimmed);
  if (!/\\u[0-9a-f]{4}/i.test(plain)) return plain;
  try {
    // Escaped letters hide a key from a search; what JSON itself writes hides none.
    const again = JSON.stringify(JSON.parse(plain));
    const shown = withoutKey(again, trimmed);
    return shown === again ? plain : shown;
  } catch {
    const open = plain.replace(
      /\\u([0-9a-f]{4})/gi,
      (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
    );
    return withoutKey(open, trimmed) === open ? plain : "[a text with the key in it]";
  }
}

function withoutKey(text: string, key: string): string {
  const forms = new Set([
    key,
    key.replaceAll("/", "\\/"),
    JSON.stringify(key).slice(1, -1),
    encodeURIComponent(key),
  ]);
  let result = text;
  for (const form of forms) result = result.replaceAll(form, "[key]");
  return result;
}

/** Variables of the environment that hold keys. */
const KEYS = ["OPENAI_API_KEY", "HF_TOKEN"] as const;

/** A text without any key of the environment: the last look at what a command says before it ends. */
export function withoutKeys(text: string): string {
  let result = text;
  for (const name of KEYS) {
    const { state } = Deno.permissions.querySync({ name: "env", variable: name });
    if (state === "granted") result = redacted(result, Deno.env.get(name));
  }
  return result;
}
