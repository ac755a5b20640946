/**
 * Counts from the JUnit report that `deno test` writes.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

/** How a test run went. */
export interface TestCounts {
  passed: number;
  failed: number;
  /** For each failed test case its file and name, and below them what it said. */
  failures: string[];
  /** Names of the tests that were skipped; by our convention a name says why. */
  skipped: string[];
  /** Seconds that the tests of each file took, by its path; loading its modules is not in the report. */
  seconds: Map<string, number>;
}

/** Adds the second counts to the first. */
export function addCounts(total: TestCounts, more: TestCounts): void {
  total.passed += more.passed;
  total.failed += more.failed;
  total.failures.push(...more.failures);
  total.skipped.push(...more.skipped);
  for (const [file, seconds] of more.seconds) {
    total.seconds.set(file, (total.seconds.get(file) ?? 0) + seconds);
  }
}

/** Counts of nothing. */
export function noCounts(): TestCounts {
  return { passed: 0, failed: 0, failures: [], skipped: [], seconds: new Map() };
}

/**
 * Counts the test cases of a JUnit report. Deno lists each step of a test as a case too.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readJUnit } from "offprint/kit/junit.ts";
 *
 * const xml = '<testcase name="a"></testcase><testcase name="b &amp; c"><skipped/></testcase>';
 * const { passed, failed, skipped } = readJUnit(xml);
 * assertEquals({ passed, failed, skipped }, { passed: 1, failed: 0, skipped: ["b & c"] });
 * ```
 */
export function readJUnit(xml: string): TestCounts {
  const counts = noCounts();
  const cases = [...xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)]
    .map(([, attributes = "", body = ""]) => {
      const name = unescape(attribute(attributes, "name") ?? "?");
      return { attributes, body, name, file: fileOf(attributes) };
    });
  const all = new Set(cases.map(({ file, name }) => `${file}: ${name}`));
  for (const { attributes, body, name, file } of cases) {
    // The time of a step is in that of its test.
    if (!isStep(`${file}: ${name}`, all)) {
      const seconds = Number(attribute(attributes, "time") ?? 0);
      counts.seconds.set(file, (counts.seconds.get(file) ?? 0) + seconds);
    }
    if (/<skipped\b/.test(body)) counts.skipped.push(name);
    else if (/<(failure|error)\b/.test(body)) {
      counts.failed++;
      counts.failures.push(`${file}: ${name}\n${said(body)}`);
    } else counts.passed++;
  }
  return counts;
}

/** Whether a case is a step of another one: "test > step". */
function isStep(name: string, all: ReadonlySet<string>): boolean {
  return [...name.matchAll(/ > /g)].some(({ index }) => all.has(name.slice(0, index)));
}

/** The file of a test case, as the report names it. */
function fileOf(attributes: string): string {
  return unescape(attribute(attributes, "classname") ?? "?").replace(/^\.\//, "");
}

/** So many lines of a failure are kept: the message, a difference and the first places of the stack. */
const LINES = 30;

/** What a failed test case said, indented. */
function said(body: string): string {
  const [, attributes = "", text = ""] =
    /<(?:failure|error)\b([^>]*?)(?:\/>|>(.*?)<\/(?:failure|error)>)/s.exec(body) ?? [];
  const whole = stripVTControlCharacters(
    unescape(text.trim() || attribute(attributes, "message") || ""),
  );
  return whole.split("\n").slice(0, LINES).map((line) => `    ${line}`).join("\n");
}

function attribute(attributes: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1];
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d+)|(\w+));/g,
    (whole, code, name) => code ? String.fromCodePoint(Number(code)) : ENTITIES[name] ?? whole,
  );
}
