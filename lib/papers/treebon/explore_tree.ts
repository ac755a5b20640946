/**
 * The idea of paper 01 as a figure that can be moved: a tree that grows layer by layer, and how well its score must know
 * the final reward.
 *
 * @module
 */
import {
  dot,
  type Drawing,
  type Exploration,
  type Frame,
  legend,
  line,
  type Point,
  verticalAxis,
  words,
} from "offprint/notebook/explore/mod.ts";
import { stream } from "offprint/random.ts";
import { bestOfNMean, type GaussianTree, gaussianTree, type TreeWorth } from "./gaussian_tree.ts";

/** What is moved. */
interface TreeState {
  /** ρ. */
  rho: number;
  layers: number;
  /** As text, because it is chosen. */
  children: string;
  /** Which tree is drawn. */
  draw: number;
  [name: string]: number | string;
}

const WIDTH = 16;
/** Trees behind the numbers. */
const TREES = 400;

const frame: Frame = {
  width: 390,
  height: 320,
  x: [0, 1],
  y: [-2.2, 3.5],
  margin: { top: 56, right: 8, bottom: 30, left: 40 },
};

/** A node of a tree that is drawn. */
export interface DrawnNode {
  /** From 1. */
  layer: number;
  /** True partial sum. */
  sum: number;
  /** Place of its parent among all nodes; none in the first layer. */
  parent: number | undefined;
  /** It became a parent, or in the last layer: it is chosen. */
  kept: boolean;
}

/**
 * One tree of normal values with all its nodes, layer after layer: the first one that {@linkcode gaussianTree} simulates
 * with the same stream.
 */
export function drawnTree(shape: GaussianTree, seed: number): DrawnNode[] {
  const nodes: DrawnNode[] = [];
  let parents: number[] = [];
  gaussianTree(shape, {
    trees: 1,
    random: stream(seed, "tree"),
    watch: ({ layer, sums, parents: chosen }) => {
      const from = nodes.length;
      const last = layer === shape.layers;
      const best = last ? sums.indexOf(Math.max(...sums)) : -1;
      sums.forEach((sum, i) =>
        nodes.push({
          layer,
          sum,
          parent: layer === 1 ? undefined : parents[Math.floor(i / shape.children)],
          kept: last ? i === best : chosen.includes(i),
        })
      );
      parents = chosen.map((place) => from + place);
    },
  });
  return nodes;
}

const worths = new Map<string, TreeWorth>();

/** The same trees each time a shape is asked for, so that another drawing of it costs nothing. */
function worthOf(shape: GaussianTree): TreeWorth {
  const key = JSON.stringify(shape);
  const known = worths.get(key) ??
    gaussianTree(shape, { trees: TREES, random: stream(1, "worth", shape.layers, shape.children) });
  worths.set(key, known);
  return known;
}

function draw({ rho, layers, children, draw: seed }: TreeState): Drawing {
  const shape = { n: WIDTH, children: Number(children), layers, rho };
  const nodes = drawnTree(shape, seed);
  const { value, winRate } = worthOf(shape);
  const at = ({ layer, sum }: DrawnNode): Point => ({
    x: (layer - 0.5) / layers,
    y: Math.min(frame.y[1], Math.max(frame.y[0], sum)),
  });
  const links = nodes.flatMap((node) => {
    if (node.parent === undefined) return [];
    const ends = [at(nodes[node.parent]!), at(node)];
    return [line(frame, ends, { width: node.kept ? 2 : 1, opacity: node.kept ? 0.8 : 0.25 })];
  });
  const chosen = nodes.findLast(({ kept }) => kept)!;
  const dots = nodes.map((node) => {
    if (node === chosen) return dot(frame, at(node), 8, { colour: 2 });
    return dot(frame, at(node), node.kept ? 6 : 3.5, { colour: node.kept ? 0 : 1 });
  });
  const bestSeen = nodes.filter(({ layer }) => layer === layers - 1);
  const top = bestSeen.reduce((most, node) => node.sum > most.sum ? node : most);
  const percent = Math.round(100 * winRate.mean);
  return {
    marks: legend([
      { text: "goes on", colour: 0 },
      { text: "dropped", colour: 1 },
      { text: "chosen", colour: 2 },
    ]) + verticalAxis(frame, { label: "reward so far", ticks: [-2, -1, 0, 1, 2, 3] }) +
      Array.from(
        { length: layers },
        (_, i) =>
          words(frame, { x: (i + 0.5) / layers, y: frame.y[0] }, `layer ${i + 1}`, { dy: 20 }),
      ).join("") + links.join("") + dots.join(""),
    readings: [
      { label: "reward of the chosen text, this tree", value: chosen.sum },
      { label: `mean of ${TREES} trees`, value: value.mean },
      { label: "its standard error", value: value.standardError },
      { label: `mean of best of ${WIDTH}`, value: bestOfNMean(WIDTH) },
      { label: `how often the tree beats best of ${WIDTH}`, value: winRate.mean },
      { label: "its standard error", value: winRate.standardError },
    ],
    says:
      `Such a tree beats best of ${WIDTH} in ${percent} % of the cases. In this one the best node before the last layer ${
        top.kept ? "goes on" : "is dropped"
      }.`,
  };
}

/** A tree of sixteen answers whose score can be made better and worse. */
export const exploration: Exploration<TreeState> = {
  id: "01-tree",
  title: "Make the score better or worse: which answers go on?",
  caption:
    "Sixteen answers a layer; their height is the reward that they have earned so far. The score of a beginning has correlation ρ with it. At ρ = 1 the highest go on, at ρ = 0 any. Move ρ and see which nodes are dropped, and from where on such a tree beats best of 16. More children mean fewer parents: more to gain with a good score, more to lose with a bad one.",
  frame,
  start: { rho: 0.5, layers: 4, children: "4", draw: 1 },
  controls: {
    rho: { kind: "range", label: "ρ, how well the score knows", min: 0, max: 1, step: 0.05 },
    layers: { kind: "range", label: "layers", min: 2, max: 6, step: 1 },
    children: { kind: "choice", label: "children of a parent", options: ["2", "4", "8"] },
    draw: { kind: "range", label: "another tree", min: 1, max: 20, step: 1 },
  },
  draw,
};
