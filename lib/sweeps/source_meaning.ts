/**
 * What a source file says without its comments and its layout, so that neither makes a result old.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { parseSyntax, walk } from "offprint/syntax/mod.ts";

/** Comments where no text or pattern can be: between two tokens. */
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g;

/** SHA-256 of a text or of bytes, in hexadecimal digits. */
export function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * A hash of a TypeScript or JavaScript file that is the same for the same program: comments and blanks between tokens do not
 * count. A file that cannot be parsed is taken as it is.
 *
 * @example
 * ```ts
 * import { assertEquals, assertNotEquals } from "@std/assert";
 * import { meaningOf } from "offprint/sweeps/source_meaning.ts";
 *
 * const plain = await meaningOf("const x = 1;");
 * assertEquals(await meaningOf("const x =\n  1; // one"), plain);
 * assertNotEquals(await meaningOf("const x = 2;"), plain);
 * ```
 */
export async function meaningOf(source: string): Promise<string> {
  const tree = await parseSyntax("typescript", source);
  if (tree.hasError) return hashOf(source);
  const tokens: string[] = [];
  let end = 0;
  for (const node of walk(tree.root)) {
    // The kinds tell `return x` from `return` and `x` on the next line.
    tokens.push(node.kind);
    if (node.children.length > 0) continue;
    // What the grammar gives no token; comments and blanks are let go.
    const between = source.slice(end, node.start).replace(COMMENTS, "").trim();
    if (between !== "") tokens.push(between);
    tokens.push(source.slice(node.start, node.end));
    end = node.end;
  }
  return hashOf(tokens.join("\0"));
}
