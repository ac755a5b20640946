/** Verilog that tries to read or write a file; the guard must refuse each of them. */

/** Lines of a module; MARKER stands for the path of a harmless file, and NEW for one that must not appear. */
const WAYS: [string, string][] = [
  ["plain", 'integer f; initial f = $fopen("NEW", "w");'],
  ["an escaped name", 'integer f; initial f = \\$fopen ("NEW", "w");'],
  [
    "a name made by a macro",
    '`define OPEN(x) $f``x\ninteger f; initial f = `OPEN(open)("NEW", "w");',
  ],
  ["a whole macro", '`define A $fopen("NEW", "w")\ninteger f; initial f = `A;'],
  [
    "behind a conditional not taken",
    '`ifdef NONE\n"\n`else\ninteger f; initial f = $fopen("NEW", "w");\n`endif',
  ],
  ["another list's name", 'reg [7:0] m[0:1]; initial $readmemh("MARKER", m);'],
  ["a name on no list", 'initial $vpi_open("NEW");'],
  ["waves", 'initial begin $dumpfile("NEW"); $dumpvars; end'],
  ["another wave format", 'initial $lxt_dumpfile("NEW");'],
  ["memory written", 'reg [7:0] m[0:1]; initial $writememh("NEW", m);'],
  ["an included file", '`include "MARKER"'],
  ["an include behind a conditional", '`ifndef NONE\n`include "MARKER"\n`endif'],
  ["an include by macro", '`define P "MARKER"\n`include `P'],
  [
    "a string that goes on",
    'initial $display("\\\n"); integer f; initial f = $fopen("NEW", "w"); //");',
  ],
  ["a comment that is none", '\\/* integer f; initial f = $fopen("NEW", "w"); // */'],
  ["a blank that is none", '\\a\u00a0 integer f; initial f = $fopen("NEW", "w");'],
];

/**
 * Lines of a module that try to reach a file, with a title each.
 *
 * @param marker Path of a harmless file that is there.
 * @param made Path of a file that must not appear.
 */
export function waysToFiles(marker: string, made: string): [title: string, body: string][] {
  return WAYS.map(([title, body]) => [
    title,
    body.replaceAll("MARKER", marker).replaceAll("NEW", made),
  ]);
}
