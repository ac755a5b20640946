#!/bin/sh
# Deno 2.9.6, node:child_process and node:stream: a child prints a line and has ended; its output was made a web stream
# (`Readable.toWeb`) and not read. `await stream.cancel()` succeeds, and beside it an AbortError is thrown that nobody can
# catch: an unhandled rejection, which ends a program or fails a test. It is a race: 9, 16 and 9 of 400 tries threw on an idle machine, 14 of 20 on a busy one; Node 20 throws none,
# and neither does Deno while the child still runs. Reading the stream to its end instead is safe.
#
# Installs Deno 2.9.6 into a temporary folder and counts such errors in 400 tries. Ends with 1 when there are none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund deno@2.9.6
cat > cancel.mjs <<'JS'
import { spawn } from "node:child_process";
import { Readable } from "node:stream";
let errors = 0;
let first = "";
const seen = (error) => errors++ === 0 && (first = String(error));
if (globalThis.Deno) {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    seen(event.reason);
  });
} else process.on("unhandledRejection", seen);
for (let i = 0; i < 400; i++) {
  const child = spawn("sh", ["-c", "echo hello"], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const output = Readable.toWeb(child.stdout);
  await ended;
  await output.cancel();
}
await new Promise((resolve) => setTimeout(resolve, 200));
const version = globalThis.Deno ? `Deno ${Deno.version.deno}` : `Node ${process.version}`;
console.log(`${version}: ${errors} of 400 ${first}`);
process.exit(globalThis.Deno ? (errors > 0 ? 0 : 1) : (errors === 0 ? 0 : 1));
JS
NO_COLOR=1 node_modules/.bin/deno run -A --quiet cancel.mjs
node cancel.mjs
echo "as seen in November 2026"
