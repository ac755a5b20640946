import { assertEquals } from "@std/assert";
import { addCounts, noCounts, readJUnit } from "offprint/kit/junit.ts";

Deno.test("counts passed, failed and skipped cases, and the seconds of each file, steps within their tests", () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="./a_test.ts" tests="5">
  <testcase name="one" classname="./b_test.ts" time="1.5"></testcase>
  <testcase name="one &gt; step" classname="./b_test.ts" time="1.25"></testcase>
  <testcase name="two" classname="./b_test.ts" time="0.25"/>
  <testcase name="three" classname="./tests/a_test.ts" time="0.5"><failure message="AssertionError">1 &lt; 0
at line 2</failure></testcase>
  <testcase name="needs &quot;Icarus&quot; (none here)" classname="./b_test.ts" time="0"><skipped/></testcase>
</testsuite></testsuites>`;
  assertEquals(readJUnit(xml), {
    passed: 3,
    failed: 1,
    failures: ["tests/a_test.ts: three\n    1 < 0\n    at line 2"],
    skipped: ['needs "Icarus" (none here)'],
    seconds: new Map([["b_test.ts", 1.75], ["tests/a_test.ts", 0.5]]),
  });
});

Deno.test("an empty report counts nothing", () => {
  assertEquals(readJUnit(""), noCounts());
});

Deno.test("counts of two processes add up, seconds of one file too", () => {
  const total = noCounts();
  const half = {
    passed: 2,
    failed: 1,
    failures: ["a_test.ts: b"],
    skipped: ["a"],
    seconds: new Map([["a_test.ts", 1.5]]),
  };
  addCounts(total, half);
  addCounts(total, half);
  assertEquals(total, {
    passed: 4,
    failed: 2,
    failures: ["a_test.ts: b", "a_test.ts: b"],
    skipped: ["a", "a"],
    seconds: new Map([["a_test.ts", 3]]),
  });
});
