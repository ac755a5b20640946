#!/bin/sh
# Yosys 0.55 (@yowasp/yosys 0.55.944): where two map files of `techmap` have a module for the same cell, the module whose name
# comes first in the alphabet is taken, not the one whose file is named first. A map that is to replace one of Yosys's own
# (`-map mine.v -map +/techmap.v`) is left unused without a word unless its module's name comes before names such as `_90_lcu`.
# `help techmap` speaks of the next module with a matching name and does not say which is next.
#
# Installs the package into a temporary folder and maps one cell with two files, each of which is named first once. Ends
# with 1 when the order of the files decides.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @yowasp/yosys@0.55.944
cat > order.mjs <<'JS'
import { runYosys } from "@yowasp/yosys";
const design = `(* blackbox *) module part(input A, output Y); endmodule
module top(input a, output y); part p(.A(a), .Y(y)); endmodule
`;
const map = (name, gate) => `(* techmap_celltype = "part" *) module ${name}(input A, output Y);
  \\${gate} made (.A(A), .Y(Y));
endmodule
`;
const text = (file) => typeof file === "string" ? file : new TextDecoder().decode(file);
const mappedTo = async (files) => {
  const made = await runYosys(
    ["-q", "-p", "read_verilog top.v; techmap -map first.v -map second.v; write_json top.json"],
    { "top.v": design, "first.v": files[0], "second.v": files[1] },
    { stdout: () => {}, stderr: () => {} },
  );
  const [cell] = Object.values(JSON.parse(text(made["top.json"])).modules.top.cells);
  return cell.type;
};
const [a, z] = [map("a_inverter", "$_NOT_"), map("z_buffer", "$_BUF_")];
const found = [await mappedTo([a, z]), await mappedTo([z, a])];
console.log(`a_inverter first: ${found[0]}; z_buffer first: ${found[1]}`);
process.exit(found.every((type) => type === "$_NOT_") ? 0 : 1);
JS
node order.mjs
echo "as seen in November 2026"
