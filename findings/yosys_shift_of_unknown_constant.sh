#!/bin/sh
# Yosys 0.55 (@yowasp/yosys 0.55.944): `techmap` gives an x bit of a constant that is shifted a value, and not always the same
# one: of 4'b1x01 << b the x is 0 where b is 0 and 1 where b is 1. Before `techmap`, and after `simplemap` alone, Yosys's own
# `eval` says x there, as Verilog does. The rule for shifts in techmap.v runs `opt_expr -mux_undef`; `techmap` has no option such
# as the `-keepdc` of `opt_expr` that keeps x. Synthesis may choose, but a simulation or a proof of the mapped circuit no longer
# sees what the design leaves unknown.
#
# Installs the package into a temporary folder and evaluates one design for both distances, mapped and not. Ends with 1 when
# that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @yowasp/yosys@0.55.944
cat > shift.mjs <<'JS'
import { runYosys } from "@yowasp/yosys";
const design = "module top(input [1:0] b, output [6:0] y); assign y = 4'b1x01 << b; endmodule\n";
const valueAt = async (distance, passes) => {
  let log = "";
  const write = (bytes) => bytes === null || (log += new TextDecoder().decode(bytes));
  await runYosys(
    ["-p", `read_verilog top.v; proc; ${passes}; eval -set b ${distance} -show y`],
    { "top.v": design },
    { stdout: write, stderr: write },
  );
  return /Eval result: \\y = 7'([01x]+)/.exec(log)?.[1];
};
let same = true;
for (const [passes, expected] of [["", "0001x01 001x010"], ["simplemap", "0001x01 001x010"], ["techmap", "0001001 0011010"]]) {
  const seen = `${await valueAt(0, passes)} ${await valueAt(1, passes)}`;
  console.log(`${passes || "not mapped"}: b = 0 and 1 give ${seen}`);
  same &&= seen === expected;
}
process.exit(same ? 0 : 1);
JS
node shift.mjs
echo "as seen in November 2026"
