/**
 * Mask completion: whole syntax nodes are hidden and the model names them.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { lex } from "../tokens/lex.ts";
import {
  childOf,
  childrenOf,
  parseVerilog,
  type SyntaxNode,
  type SyntaxTree,
  walk,
} from "../language/syntax_tree.ts";

/** The eight rules. */
const MASK_RULES = [
  ...[
    "module name",
    "port name",
    "port type",
    "construct type",
    "condition",
    "branch",
    "assignment",
  ],
  "expression",
] as const;

/** One of {@linkcode MASK_RULES}. */
export type MaskRule = string;

/** A text with holes. */
export interface MaskedText {
  /** The text with `[MASK1]`, `[MASK2]`, … in order. */
  masked: string;
  /** What each mask hides. */
  answer: Record<string, string>;
  rules: MaskRule[];
}

interface Site {
  rule: MaskRule;
  start: number;
  end: number;
  probability: number;
}

/**
 * Hides nodes of two rules drawn with `seed`. Nothing when the text has syntax errors, no node to hide,
 * or already holds a mask.
 */
export async function maskText(text: string, seed: number): Promise<MaskedText | undefined> {
  const tree = await parseVerilog(text);
  if (tree.hasError || text.includes("[MASK")) return undefined;
  const random = stream(seed, "masks", text);
  const sites = sitesOf(tree);
  const present = MASK_RULES.filter((rule) => sites.some((site) => site.rule === rule));
  if (present.length === 0) return undefined;
  const rules = random.shuffle([...present]).slice(0, 2);
  const candidates = sites.filter(({ rule }) => rules.includes(rule as never));
  let chosen = candidates.filter(({ probability }) => random.uniform() < probability);
  if (chosen.length === 0) chosen = [candidates[random.integer(candidates.length)]!];
  chosen.sort((a, b) => a.start - b.start || b.end - a.end);

  const answer: Record<string, string> = {};
  let masked = "";
  let at = 0;
  for (const { start, end } of chosen) {
    // A node inside a hidden one is hidden already.
    if (start < at) continue;
    const name = `[MASK${Object.keys(answer).length + 1}]`;
    answer[name] = text.slice(start, end);
    masked += text.slice(at, start) + name;
    at = end;
  }
  return { masked: masked + text.slice(at), answer, rules };
}

/** Puts the hidden texts back. */
export function unmask(masked: string, answer: Readonly<Record<string, string>>): string {
  return masked.replace(/\[MASK\d+\]/g, (name) => answer[name] ?? name);
}

function sitesOf(tree: SyntaxTree): Site[] {
  const sites: Site[] = [];
  const add = (rule: MaskRule, node: SyntaxNode | undefined, probability: number) => {
    if (node !== undefined && node.end > node.start) {
      sites.push({ rule, start: node.start, end: node.end, probability });
    }
  };
  for (const node of walk(tree.root)) {
    switch (node.kind) {
      case "module_ansi_header":
      case "module_nonansi_header":
        add("module name", childOf(node, "simple_identifier"), 0.85);
        break;
      case "ansi_port_declaration":
        add("port name", childOf(node, "simple_identifier"), 0.5);
        add("port type", childOf(node, "net_port_header", "variable_port_header"), 0.8);
        break;
      case "list_of_port_identifiers":
        for (const name of childrenOf(node, "simple_identifier")) add("port name", name, 0.5);
        break;
      case "input_declaration":
      case "output_declaration":
        add("port type", node.children[0], 0.8);
        break;
      case "always_keyword":
      case "initial":
        add("construct type", node, 1);
        break;
      case "cond_predicate":
      case "case_expression":
        add("condition", node, 1);
        break;
      case "conditional_statement":
        add("branch", childOf(node, "statement_or_null"), 0.6);
        break;
      case "case_item":
        add("branch", node, 0.35);
        break;
      case "blocking_assignment":
      case "nonblocking_assignment":
        add("assignment", node, 0.6);
        break;
      case "expression":
        if (lex(tree.text.slice(node.start, node.end)).length > 0) add("expression", node, 0.15);
        break;
    }
  }
  return sites;
}
