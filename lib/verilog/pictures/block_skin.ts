/**
 * The skin of block diagrams: a box for each type of block, as wide as its labels need, with the block's name and type
 * above it and pins with their widths inside. netlistsvg's own skin shows neither names of instances nor widths.
 *
 * @module
 */
import { escaped } from "./markup.ts";

/** The class of a drawing: its styles hold for it alone, also where a page holds it beside others. */
export const BLOCK_CLASS = "offprint-block-diagram";

/** Pins of a type of block as they are labelled: `acc[15:0]`. */
export interface BlockShape {
  type: string;
  inputs: string[];
  outputs: string[];
  /** The longest name that a block of this type has. */
  longestName: number;
}

/** Width of a character, height of a pin, both in drawing units. */
const CHARACTER = 6.1;
const PIN = 18;

/** Cells that have a symbol of their own; their pins have no labels. */
const SYMBOLS: Readonly<Record<string, string>> = {
  $and: gate("M0,0 L0,30 L17,30 A15 15 0 0 0 17,0 Z", ["A", "B"]),
  $or: gate("M0,0 A30 30 0 0 1 0,30 A35 35 0 0 0 32,15 A35 35 0 0 0 0,0", ["A", "B"]),
  $xor: gate(
    "M3,0 A30 30 0 0 1 3,30 A35 35 0 0 0 32,15 A35 35 0 0 0 3,0 M-2,30 A30 30 0 0 0 -2,0",
    ["A", "B"],
  ),
  $not: gate("M0,3 L0,27 L24,15 Z M24,15 A4 4 0 0 1 32,15 A4 4 0 0 1 24,15", ["A"]),
};

function gate(path: string, inputs: string[]): string {
  const pins = inputs.map((pid, at) =>
    `<g s:x="0" s:y="${inputs.length === 1 ? 15 : 8 + 14 * at}" s:pid="${pid}" s:position="top"/>`
  );
  return `<text x="15" y="-3" class="name" s:attribute="ref"/><path d="${path}" class="$cell_id"/>` +
    pins.join("") + '<g s:x="32" s:y="15" s:pid="Y" s:position="bottom"/>';
}

/** Whether a type has a symbol, so that its pins are drawn without labels. */
export function hasSymbol(type: string): boolean {
  return type in SYMBOLS;
}

/** The skin for a diagram with these blocks, ports and numbers. */
export function blockSkin(
  shapes: readonly BlockShape[],
  ports: readonly string[],
  literals: readonly string[],
): string {
  const longest = Math.max(1, ...ports.map((label) => label.length)) * CHARACTER + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:s="https://github.com/nturley/netlistsvg">
<s:properties constants="true" splitsAndJoins="true" genericsLaterals="false">
<s:layoutEngine org.eclipse.elk.layered.spacing.nodeNodeBetweenLayers="30" org.eclipse.elk.spacing.nodeNode="36"
 org.eclipse.elk.spacing.edgeNode="14" org.eclipse.elk.layered.layering.strategy="LONGEST_PATH"/></s:properties>
<style>.${BLOCK_CLASS}{stroke:#000;fill:none}
.${BLOCK_CLASS} text{fill:#000;stroke:none;font-size:10px;font-family:"DejaVu Sans Mono",monospace}
.${BLOCK_CLASS} .name{text-anchor:middle;font-size:11px}.${BLOCK_CLASS} .type{text-anchor:middle}
.${BLOCK_CLASS} .out{text-anchor:end}.${BLOCK_CLASS} .body{fill:#fff}.${BLOCK_CLASS} .bar{fill:#000}
.${BLOCK_CLASS} .slice{font-size:8px}.${BLOCK_CLASS} .before{text-anchor:end}</style>
${shapes.map(boxOf).join("\n")}
${port("$_inputExt_", "input", longest)}
${port("$_outputExt_", "output", longest)}
${literals.map(literalOf).join("\n")}
<g s:type="split" s:width="5" s:height="40"><rect width="5" height="40" class="bar" s:generic="body"/><s:alias val="$_split_"/>
<g s:x="0" s:y="20" s:pid="in"/><g transform="translate(5,10)" s:x="5" s:y="10" s:pid="out0"><text x="3" y="-3" class="slice">0</text></g>
<g transform="translate(5,30)" s:x="5" s:y="30" s:pid="out1"><text x="3" y="-3" class="slice">0</text></g></g>
<g s:type="join" s:width="5" s:height="40"><rect width="5" height="40" class="bar" s:generic="body"/><s:alias val="$_join_"/>
<g s:x="5" s:y="20" s:pid="out"/><g transform="translate(0,10)" s:x="0" s:y="10" s:pid="in0"><text x="-3" y="-3" class="slice before">0</text></g>
<g transform="translate(0,30)" s:x="0" s:y="30" s:pid="in1"><text x="-3" y="-3" class="slice before">0</text></g></g>
${boxOf({ type: "", inputs: [], outputs: [], longestName: 8 })}
</svg>`;
}

function boxOf({ type, inputs, outputs, longestName }: BlockShape): string {
  const symbol = SYMBOLS[type];
  const alias = type === "" ? "" : `<s:alias val="${escaped(type)}"/>`;
  if (symbol !== undefined) {
    return `<g s:type="symbol" s:block="${
      escaped(type)
    }" s:width="32" s:height="30">${alias}${symbol}</g>`;
  }
  const length = (labels: readonly string[]) => Math.max(0, ...labels.map(({ length }) => length));
  const width = Math.ceil(
    Math.max(
      (length(inputs) + length(outputs) + 2) * CHARACTER + 12,
      Math.max(type.length, longestName) * 1.12 * CHARACTER + 8,
    ),
  );
  const pin = (at: number, pid: string, out: boolean) => {
    const [x, y] = [out ? width : 0, 30 + PIN * at];
    const text = out ? '<text x="-5" y="3.5" class="out">?</text>' : '<text x="5" y="3.5">?</text>';
    return `<g transform="translate(${x},${y})" s:x="${x}" s:y="${y}" s:pid="${pid}">${text}</g>`;
  };
  // netlistsvg puts the type into the first child and drops the last four, which stand for the pins.
  return `<g s:type="generic" s:block="${escaped(type)}" s:width="${width}" s:height="${
    30 + 2 * PIN
  }">` +
    `<text x="${width / 2}" y="14" class="type">type</text>${alias}` +
    `<text x="${width / 2}" y="-4" class="name" s:attribute="ref">name</text>` +
    `<rect width="${width}" height="40" s:generic="body" class="$cell_id"/>` +
    pin(0, "out0", true) + pin(1, "out1", true) + pin(0, "in0", false) + pin(1, "in1", false) +
    "</g>";
}

function port(alias: string, dir: string, width: number): string {
  const [path, x] = dir === "input"
    ? [`M0,0 L0,20 L${width - 8},20 L${width},10 L${width - 8},0 Z`, width]
    : [`M0,10 L8,0 L${width},0 L${width},20 L8,20 Z`, 0];
  const pid = dir === "input" ? "Y" : "A";
  return `<g s:type="${dir}Ext" s:block="${dir}" s:width="${width}" s:height="20"><text x="${
    width / 2
  }" y="13.5" class="type $cell_id" s:attribute="ref">port</text><s:alias val="${alias}"/><path d="${path}" class="$cell_id"/><g s:x="${x}" s:y="10" s:pid="${pid}" s:position="${
    dir === "input" ? "bottom" : "top"
  }"/></g>`;
}

function literalOf(literal: string): string {
  const width = Math.ceil(literal.length * CHARACTER + 10);
  return `<g s:type="literal" s:block="${
    escaped(literal)
  }" s:width="${width}" s:height="20"><text x="${width / 2}" y="13.5" class="type">${
    escaped(literal)
  }</text><s:alias val="${
    escaped(`$literal ${literal}`)
  }"/><rect width="${width}" height="20" rx="6" class="$cell_id"/><g s:x="${width}" s:y="10" s:pid="Y" s:position="bottom"/></g>`;
}
