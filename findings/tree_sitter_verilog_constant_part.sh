#!/bin/sh
# tree-sitter-systemverilog 0.4.1: the value of a parameter may be a part of another one, `localparam Q = P[3:0];`, but an
# expression that begins with such a part is called a syntax error there: `localparam Q = P[3:0] + 1;`. In brackets,
# `(P[3:0] + 1)`, and everywhere else, in an assignment or a range, it is read. Icarus and Yosys take all of these, as IEEE 1364-2005
# does; Yosys's own library of cells, simlib.v, has such a line, so the grammar refuses the whole file.
#
# Installs grammar and parser into a temporary folder and parses the four. Ends with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts web-tree-sitter@0.27.1 tree-sitter-systemverilog@0.4.1
cat > parse.mjs <<'JS'
import { Language, Parser } from "web-tree-sitter";
await Parser.init();
const parser = new Parser();
parser.setLanguage(
  await Language.load("node_modules/tree-sitter-systemverilog/tree-sitter-systemverilog.wasm"),
);
let same = true;
for (const [item, wrong] of [
  ["localparam Q = P[3:0];", false],
  ["localparam Q = P[3:0] + 1;", true],
  ["localparam Q = (P[3:0] + 1);", false],
  ["wire [4:0] q; assign q = P[3:0] + 1;", false],
]) {
  const tree = parser.parse(`module m; parameter P = 5; ${item} endmodule`);
  console.log(`${item} ${tree.rootNode.hasError ? "a syntax error" : "read"}`);
  same &&= tree.rootNode.hasError === wrong;
}
process.exit(same ? 0 : 1);
JS
node parse.mjs
echo "as seen in November 2026"
