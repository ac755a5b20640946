/**
 * The answer in what a model wrote: models talk before and after the code.
 *
 * @module
 */

/**
 * The Verilog in what a model wrote: from the first `module` that begins a line to the last `endmodule`, out
 * of a fenced block where there is one. The whole text when there is no module in it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { verilogIn } from "offprint/verilog/problems/mod.ts";
 *
 * assertEquals(verilogIn("Sure, a module:\nmodule m; endmodule\nIt is empty."), "module m; endmodule");
 * ```
 */
export function verilogIn(reply: string): string {
  const fences = [...reply.matchAll(/```[^\n]*\n([^]*?)(?:```|$)/g)].map(([, inside]) => inside!);
  // At the beginning of a line, since prose speaks of modules too.
  const begins = /^[ \t]*module\b/m;
  const text = fences.find((inside) => begins.test(inside)) ?? reply;
  const from = begins.exec(text)?.index;
  if (from === undefined) return text.trim();
  const end = text.lastIndexOf("endmodule");
  return text.slice(from, end < from ? undefined : end + "endmodule".length).trim();
}
