/**
 * How inputs of a size are made inside the sandbox, and list literals are taken apart.
 *
 * @module
 */

/** Makes inputs, the same for the same size and number. */
export const INPUT_PRELUDE = `
function __random(seed) {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
    return Math.floor(((state ^ (state >>> 13)) >>> 0) / 4294967296 * Math.max(1, below));
  };
}
`;

/** The items of a list literal, as literals. */
export function splitList(literal: string): string[] {
  const items: string[] = [];
  let depth = 0, from = 1, quoted = false;
  for (let at = 1; at < literal.length; at++) {
    const character = literal[at]!;
    if (quoted) {
      if (character === "\\") at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if ("[{(".includes(character)) depth++;
    else if (depth > 0 && "]})".includes(character)) depth--;
    else if (depth === 0 && (character === "," || character === "]")) {
      if (at > from) items.push(literal.slice(from, at));
      from = at + 1;
    }
  }
  return items;
}
