/**
 * Names for cells that have none of their own. Yosys calls them after file, line and a counter
 * (`$add$d.v:3$7`), so that a blank line would change a graph; here they are numbered by where they stand in the circuit.
 *
 * @module
 */
import { byText } from "./graph.ts";
import type { ElaboratedModule, NetBit } from "./elaborated.ts";

/**
 * A name for every cell: its own where it has one, else its type and a number (`add0`, `mux1`). Cells are told apart
 * by colour refinement over their connections (Weisfeiler and Leman); cells that stay alike are exchangeable, and one of
 * them is set apart before the next round.
 */
export function cellNames({ ports, cells }: ElaboratedModule): Map<string, string> {
  const names = new Map<string, string>();
  const hidden: string[] = [];
  for (const [key, { hide_name }] of Object.entries(cells)) {
    if (hide_name === 1) hidden.push(key);
    else names.set(key, key);
  }
  if (hidden.length === 0) return names;

  // What touches each net: a port's place, or a pin of a cell.
  const touching = new Map<NetBit, { cell?: string; label: string }[]>();
  const touch = (bit: NetBit, label: string, cell?: string) =>
    touching.set(bit, [
      ...touching.get(bit) ?? [],
      { label, ...(cell === undefined ? {} : { cell }) },
    ]);
  Object.values(ports).forEach(({ bits }, port) =>
    bits.forEach((bit, at) => touch(bit, `p${port}.${at}`))
  );
  for (const [key, { connections }] of Object.entries(cells)) {
    for (const [pin, bits] of Object.entries(connections)) {
      bits.forEach((bit, at) => touch(bit, `${pin}.${at}`, key));
    }
  }
  let colour = new Map(
    Object.entries(cells).map(([key, { type, hide_name, parameters }]) => [
      key,
      hide_name === 1 ? `${type} ${JSON.stringify(parameters)}` : key,
    ]),
  );
  const refine = () => {
    for (let before = 0;;) {
      const signature = new Map(
        Object.entries(cells).map(([key, { connections }]) => {
          const pins = Object.entries(connections).sort(([a], [b]) => byText(a, b)).map(
            ([pin, bits]) =>
              `${pin}(${
                bits.map((bit) =>
                  typeof bit === "string"
                    ? bit
                    : touching.get(bit)!.map(({ cell, label }) =>
                      cell === undefined ? label : `${colour.get(cell)}.${label}`
                    ).sort().join("|")
                ).join(",")
              })`,
          );
          return [key, `${colour.get(key)}:${pins.join("")}`];
        }),
      );
      const ranks = new Map(
        [...new Set(signature.values())].sort(byText).map((text, rank) => [text, `c${rank}`]),
      );
      colour = new Map([...signature].map(([key, text]) => [key, ranks.get(text)!]));
      if (ranks.size === before) return;
      before = ranks.size;
    }
  };
  const rank = (key: string) => Number(colour.get(key)!.slice(1));
  refine();
  for (let apart = 0; new Set(hidden.map((key) => colour.get(key))).size < hidden.length; apart++) {
    const sorted = [...hidden].sort((a, b) => rank(a) - rank(b));
    const tied = sorted.find((key, at) => colour.get(key) === colour.get(sorted[at + 1] ?? ""))!;
    colour.set(tied, `set apart ${apart}`);
    refine();
  }
  const used = new Set(names.values());
  const count = new Map<string, number>();
  for (const key of hidden.sort((a, b) => rank(a) - rank(b))) {
    const base = shortType(cells[key]!.type);
    let number = count.get(base) ?? 0;
    while (used.has(`${base}${number}`)) number++;
    count.set(base, number + 1);
    names.set(key, `${base}${number}`);
  }
  return names;
}

function shortType(type: string): string {
  return /^\$paramod\\([^\\]+)/.exec(type)?.[1] ??
    type.replaceAll(/[^A-Za-z0-9_]/g, "").toLowerCase();
}
