/**
 * The order of the house: which parts there are, which may import which, and what is drawn of it.
 *
 * @module
 */
import { join } from "node:path";
import type { Arrow, House } from "./imports.ts";

/** The parts of the project, from those that use to those that are used, with what each may import. */
export const PARTS: Readonly<Record<string, readonly string[]>> = {
  notebooks: ["papers", "topics", "lm", "notebook", "kernels", "ground"],
  commands: ["papers", "topics", "lm", "kit", "notebook", "kernels", "ground"],
  papers: ["topics", "lm", "notebook", "kernels", "ground"],
  topics: ["lm", "kernels", "ground"],
  lm: ["kernels", "ground"],
  kit: ["notebook", "ground"],
  notebook: ["ground"],
  kernels: [],
  ground: [],
};

/** Rooms of `lib` that belong to every part's ground, beside the files that lie in `lib` itself. */
const GROUND = new Set(["process", "sandbox", "sweeps", "syntax", "chat"]);
const OWN_PART = new Set(["lm", "kit", "notebook", "commands", "papers"]);

/** The part that a file belongs to; nothing for tests and benches, which may import everything. */
export function partOf(file: string): string | undefined {
  const [top, second, third] = file.split("/");
  if (top === "notebooks" || top === "kernels") return top;
  if (top !== "lib") return undefined;
  if (third === undefined || GROUND.has(second!)) return "ground";
  return OWN_PART.has(second!) ? second : "topics";
}

/** A topic, a paper, or another part: what has rooms of its own and is entered from outside by a `mod.ts`. */
export function homeOf(file: string): string {
  const [top, second, third, fourth] = file.split("/");
  if (top !== "lib" || third === undefined) return top!;
  return second === "papers" && fourth !== undefined ? `${second}/${third}` : second!;
}

/** A room: the folder of a file, without `lib/`. */
export function roomOf(file: string): string {
  const folder = file.slice(0, file.lastIndexOf("/"));
  return folder === "lib" ? "lib" : folder.replace(/^lib\//, "");
}

/**
 * What may be imported beside a `mod.ts`: the processor's marks, so that `lm` need not load all kernels, and a paper's
 * experiments, which are named by their module because another process loads them.
 */
const OPEN = /^kernels\/contract\/processor\.ts$|^lib\/papers\/[^/]+\/experiments\.ts$/;

/** What is wrong with an arrow; nothing where it keeps the order. */
export function wrongWay({ from, to }: Arrow): string | undefined {
  const part = partOf(from), target = partOf(to);
  if (part === undefined) return undefined;
  const says = `${from} imports ${to}`;
  if (target === undefined) return `${says}: nothing but tests imports ${to.split("/")[0]}`;
  const homes = [homeOf(from), homeOf(to)];
  if (part === target && homes[0] === homes[1]) return undefined;
  if (part === target && part === "papers") {
    return `${says}: a paper imports no other paper; what two need belongs to a topic`;
  }
  if (part !== target && !PARTS[part]!.includes(target)) {
    return `${says}: ${part} may import ${
      PARTS[part]!.join(", ") || "nothing outside"
    }, not ${target}`;
  }
  const inside = ["topics", "papers", "lm", "kernels"].includes(target) && !OPEN.test(to) &&
    !to.endsWith("/mod.ts");
  return inside ? `${says}: from outside, import the room's mod.ts` : undefined;
}

/** Arrows between rooms, each with the first pair of files that makes it. */
export function roomArrows({ arrows }: House): (Arrow & { because: Arrow })[] {
  const found = new Map<string, Arrow & { because: Arrow }>();
  for (const because of arrows) {
    if (partOf(because.from) === undefined) continue;
    const from = roomOf(because.from), to = roomOf(because.to);
    if (from !== to && !found.has(`${from} ${to}`)) {
      found.set(`${from} ${to}`, { from, to, because });
    }
  }
  return [...found.values()];
}

/** The drawing in `lib/README.md`: the parts in their order and which imports which, from the imports alone. */
export function drawing({ arrows }: House): string {
  const seen = new Map<string, Set<string>>();
  for (const { from, to } of arrows) {
    const part = partOf(from), target = partOf(to);
    if (part === undefined || target === undefined || part === target) continue;
    seen.set(part, (seen.get(part) ?? new Set()).add(target));
  }
  const order = Object.keys(PARTS);
  const width = Math.max(...order.map((part) => part.length));
  return order.map((part) => {
    const targets = order.filter((target) => seen.get(part)?.has(target));
    return `${part.padEnd(width)}  ${targets.length === 0 ? "·" : `→ ${targets.join(", ")}`}`;
  }).join("\n");
}

/** What is there in rooms whose files are imported one by one, without a `mod.ts`. */
const WITHOUT_DOOR: Readonly<Record<string, string>> = {
  "kernels/contract":
    "What every backend offers: its types, packed weights and caches, and checks of what comes in",
  "kernels/webgpu/shaders": "The WGSL texts, made from sizes",
  "commands/measure": "The commands that measure a paper's models anew and write `data/results/`",
  kit:
    "What several rooms of the kit need: what a command is, the notebook format, the report of a run, the project's folders",
  "kit/bench": "How a benchmark suite measures, and what it reports",
  lib:
    "Small things that every part needs: random numbers, statistics, files, errors, the command line",
};

/** The table of rooms in `lib/README.md`: and how the `mod.ts` of each begins. */
export async function roomTable(root: string, { files }: House): Promise<string> {
  const rooms = new Map<string, string[]>();
  for (const file of files) {
    if (!file.endsWith(".ts") || !/^(?:lib|kernels)\//.test(file)) continue;
    rooms.set(roomOf(file), [...(rooms.get(roomOf(file)) ?? []), file]);
  }
  const lines = ["| room | what is there |", "|---|---|"];
  for (const [room, own] of [...rooms].sort(([a], [b]) => a < b ? -1 : 1)) {
    const door = own.find((file) => file.endsWith("/mod.ts")) ??
      own.find((file) => file.endsWith("/main.ts"));
    const text = door === undefined ? "" : await Deno.readTextFile(join(root, door));
    const there = firstSentence(text) || WITHOUT_DOOR[room];
    if (!there) throw new Error(`${room}: no mod.ts, and rooms.ts does not say what is there`);
    lines.push(`| \`${room}\` | ${there} |`);
  }
  return lines.join("\n");
}

function firstSentence(text: string): string {
  const comment = /^\/\*\*([^]*?)\*\//.exec(text)?.[1] ?? "";
  const words = comment.replaceAll(/^\s*\* ?/gm, "").trim().split(/\n\s*\n/)[0]!.replaceAll(
    /\s+/g,
    " ",
  );
  return (/^.*?[.:](?= |$)/.exec(words)?.[0] ?? words).replace(/[.:]$/, "").replaceAll("|", "\\|");
}
