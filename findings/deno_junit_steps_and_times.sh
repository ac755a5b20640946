#!/bin/sh
# Deno 2.9.6, `deno test --junit-path`: a step of a test (`t.step`) is a case of its own beside the test that holds it, which lasts as
# long as all its steps. One test with one step counts as two, and the sum of the cases' times is about twice what the tests took. The
# element of a file, <testsuite>, has no attribute "time", which other programs write there and readers of such reports add up; only the
# whole report has one.
#
# Installs Deno 2.9.6 into a temporary folder and runs one test whose only step waits half a second. Ends with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund deno@2.9.6
cat > wait_test.ts <<'TS'
Deno.test("waits", async (t) => {
  await t.step("half a second", () => new Promise<void>((done) => setTimeout(done, 500)));
});
TS
./node_modules/.bin/deno test --quiet --junit-path=report.xml wait_test.ts > output.txt
cat > read.mjs <<'JS'
import { readFileSync } from "node:fs";
const report = readFileSync("report.xml", "utf8");
const cases = [...report.matchAll(/<testcase [^>]*time="([\d.]+)"/g)].map(([, time]) => Number(time));
const sum = cases.reduce((total, time) => total + time, 0);
const whole = Number(/<testsuites [^>]*time="([\d.]+)"/.exec(report)[1]);
const suite = /<testsuite [^>]*>/.exec(report)[0];
console.log(`one test with one step: ${cases.length} cases, ${sum} s in sum, ${whole} s in all`);
console.log(suite.includes("time=") ? "a file has a time" : "a file has no time");
process.exit(cases.length === 2 && sum > 1.5 * Math.max(...cases) && !suite.includes("time=") ? 0 : 1);
JS
node read.mjs
echo "as seen in November 2026"
