/**
 * How long a server asks to be left alone.
 *
 * @module
 */

/** The longest wait a server may ask for, in milliseconds. */
export const LONGEST_WAIT = 60_000;

/**
 * Milliseconds by a `Retry-After` header: seconds, or a date (RFC 9110, section 10.2.3). Undefined for a header
 * that is missing or neither.
 *
 * @param now milliseconds since 1970, against which a date is measured.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { retryAfterMs } from "offprint/chat/mod.ts";
 *
 * assertEquals(retryAfterMs("2", 0), 2000);
 * assertEquals(retryAfterMs("Thu, 01 Jan 1970 00:00:05 GMT", 1000), 4000);
 * assertEquals(retryAfterMs("soon", 0), undefined);
 * ```
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header) - now : 1000 * seconds;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_WAIT, Math.max(0, wait));
}
