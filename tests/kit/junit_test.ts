import { assertEquals } from "@std/assert";
import { readJUnit } from "offprint/kit/junit.ts";

Deno.test("counts passed, failed and skipped cases, names of the skipped unescaped", () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="./a_test.ts">
  <testcase name="one" time="0.1"></testcase>
  <testcase name="two"/>
  <testcase name="three"><failure message="AssertionError">at line
2</failure></testcase>
  <testcase name="needs &quot;Icarus&quot; (none here)"><skipped/></testcase>
</testsuite></testsuites>`;
  assertEquals(readJUnit(xml), {
    passed: 2,
    failed: 1,
    skipped: ['needs "Icarus" (none here)'],
  });
});

Deno.test("an empty report counts nothing", () => {
  assertEquals(readJUnit(""), { passed: 0, failed: 0, skipped: [] });
});
