/**
 * Counts from the JUnit report that `deno test` writes.
 *
 * @module
 */

/** How a test run went. */
export interface TestCounts {
  passed: number;
  failed: number;
  /** Names of the tests that were skipped; by our convention a name says why. */
  skipped: string[];
}

/**
 * Counts the test cases of a JUnit report. Steps inside a test do not count on their own.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readJUnit } from "offprint/kit/junit.ts";
 *
 * const xml = '<testcase name="a"></testcase><testcase name="b &amp; c"><skipped/></testcase>';
 * assertEquals(readJUnit(xml), { passed: 1, failed: 0, skipped: ["b & c"] });
 * ```
 */
export function readJUnit(xml: string): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: [] };
  const cases = xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs);
  for (const [, attributes = "", body = ""] of cases) {
    const name = unescape(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? "?");
    if (/<skipped\b/.test(body)) counts.skipped.push(name);
    else if (/<(failure|error)\b/.test(body)) counts.failed++;
    else counts.passed++;
  }
  return counts;
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d+)|(\w+));/g,
    (whole, code, name) => code ? String.fromCodePoint(Number(code)) : ENTITIES[name] ?? whole,
  );
}
