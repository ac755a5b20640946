/**
 * Finds the mutations of a file and draws from them.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { addMeaningMutations } from "./meaning_mutations.ts";
import { modulesOf } from "../language/module_reader.ts";
import {
  applyEdits,
  type Mutation,
  type MutationClass,
  MutationList,
  type MutationRule,
  type PlacedNode,
} from "./mutation.ts";
import { Source } from "../language/parsed_source.ts";
import { addSyntaxMutations } from "./syntax_mutations.ts";
import { type SyntaxNode, type SyntaxTree, treeOf } from "../language/syntax_tree.ts";

/** A wrong file, and how it came about. */
export interface Mutant extends Mutation {
  /** The wrong text. */
  text: string;
  seed: number;
}

/** Which mutants to draw. */
export interface MutateOptions {
  seed: number;
  /** How many to draw at most. */
  count: number;
  /** Rules to draw from. Default: all. */
  rules?: readonly MutationRule[];
  /** Classes to draw from. Default: all. */
  classes?: readonly MutationClass[];
}

/**
 * Every mutation of a file, given as text or parsed, rule by rule. Nothing for a file with syntax errors.
 *
 * @throws {UserError} when the text is too long or nested too deeply.
 */
export async function mutationsOf(original: string | SyntaxTree): Promise<Mutation[]> {
  const tree = await treeOf(original);
  if (tree.hasError) return [];
  const source = new Source(tree);
  const list = new MutationList(tree.text);
  const nodes = placed(tree.root);
  const used = new Set(source.tokens.map(({ text }) => text));
  let invented = "foo";
  while (used.has(invented)) invented += "o";
  addSyntaxMutations(list, source, nodes, invented);
  for (const module of modulesOf(tree)) {
    const inside = nodes.filter(({ node }) => module.start <= node.start && node.end <= module.end);
    addMeaningMutations(list, source, module, inside, invented);
  }
  return list.found;
}

/** All nodes with their ancestors. */
function placed(root: SyntaxNode): PlacedNode[] {
  const found: PlacedNode[] = [];
  const open: PlacedNode[] = [{ node: root, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    found.push(next);
    const path = [...next.path, next.node];
    for (let i = next.node.children.length - 1; i >= 0; i--) {
      open.push({ node: next.node.children[i]!, path });
    }
  }
  return found;
}

/**
 * Draws different mutants of a file: first a rule, then one of its places, so that rules with many places
 * do not crowd out the others.
 */
export async function mutate(
  original: string | SyntaxTree,
  options: MutateOptions,
): Promise<Mutant[]> {
  const tree = await treeOf(original);
  const { text } = tree;
  const { seed, count, rules, classes } = options;
  const random = stream(seed, "mutate", text);
  const byRule = new Map<string, Mutation[]>();
  for (const mutation of await mutationsOf(tree)) {
    if (rules !== undefined && !rules.includes(mutation.rule)) continue;
    if (classes !== undefined && !classes.includes(mutation.class)) continue;
    byRule.set(mutation.rule, [...(byRule.get(mutation.rule) ?? []), mutation]);
  }
  const mutants: Mutant[] = [];
  const seen = new Set([text]);
  while (mutants.length < count && byRule.size > 0) {
    const names = [...byRule.keys()];
    const rule = names[random.integer(names.length)]!;
    const places = byRule.get(rule)!;
    const [mutation] = places.splice(random.integer(places.length), 1);
    if (places.length === 0) byRule.delete(rule);
    const wrong = applyEdits(text, mutation!.edits);
    if (seen.has(wrong)) continue;
    seen.add(wrong);
    mutants.push({ ...mutation!, text: wrong, seed });
  }
  return mutants;
}
