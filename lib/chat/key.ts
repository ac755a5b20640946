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
    expected: "printable ASCII characters without blanks between them",
    todo: "Copy it again; it is not shown here.",
  });
}

/** A text in which the key, should a server or a library repeat it, is replaced. */
export function redacted(text: string, key: string | undefined): string {
  return key === undefined || key === "" ? text : text.replaceAll(key, "[key]");
}
