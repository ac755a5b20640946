/**
 * Text of another domain than speeches: Verilog that this project generates.
 *
 * @module
 */
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import { generateDesigns } from "offprint/verilog/designs/mod.ts";
import { type Excerpt, EXCERPT_TOKENS } from "../measurement_texts.ts";

/** `count` excerpts of generated Verilog, designs one after the other until an excerpt is full. */
export async function verilogExcerpts(tokenizer: Tokenizer, count: number): Promise<Excerpt[]> {
  const found: Excerpt[] = [];
  let tokens: number[] = [];
  for await (const { text } of generateDesigns(5, Infinity)) {
    tokens.push(...tokenizer.encode(text));
    if (tokens.length < EXCERPT_TOKENS) continue;
    found.push({
      document: `generated Verilog ${found.length}`,
      tokens: tokens.slice(0, EXCERPT_TOKENS),
    });
    tokens = [];
    if (found.length === count) break;
  }
  return found;
}
