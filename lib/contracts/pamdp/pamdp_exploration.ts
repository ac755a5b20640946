/**
 * The exploration phase of {@linkcode learnContracts}.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import type { EstimatedModel } from "./estimated_model.ts";
import { type FacetMap, facetSearch } from "../boundaries/facet_search.ts";
import type { ContractGame } from "./game.ts";

/** How long to explore and how finely to search. */
export interface ExplorationOptions {
  /** Episodes to spend at least. */
  episodes: number;
  /** Episodes after which searches that are still running are given up. */
  limit: number;
  /** Width, in payments, to which boundaries are located. */
  tolerance: number;
  random: Random;
}

/** A search that is running or done at one (h, s), and the actions that its cheap contracts failed to induce. */
interface Inquiry {
  search: Generator<Float64Array, FacetMap, number>;
  step: IteratorResult<Float64Array, FacetMap>;
  seen: boolean;
  expected: number;
  unreliable: Set<number>;
}

/**
 * Fills the model with boundaries and transition counts. Each episode is for one step h: nothing is paid
 * after h, so the agent's continuation there is exactly zero and what it does at (h, s) depends on the contract
 * posted there alone. First a {@linkcode facetSearch} runs in every state visited; then the action seen
 * least often is induced by the least payment that the boundaries allow. Before h any known contracts are
 * posted at random, so that every state is reached.
 *
 * @returns the number of episodes spent
 */
export function explore(
  game: ContractGame,
  model: EstimatedModel,
  options: ExplorationOptions,
): number {
  const { H, n, m, cap } = game.instance;
  const { random, tolerance } = options;
  const inquiries = Array.from({ length: H * n }, (): Inquiry => {
    const search = facetSearch({ n, m, cap, tolerance, random });
    return { search, step: search.next(), seen: false, expected: -1, unreliable: new Set() };
  });
  const contracts = new Float64Array(H * n * n);

  const offer = (h: number, s: number, action: number) => {
    const at = h * n + s;
    const inquiry = inquiries[at]!;
    const { witnesses } = inquiry.step.value as FacetMap;
    inquiry.expected = action;
    if (!inquiry.unreliable.has(action) && model.knows(h, s, action)) {
      const { zeta, contract } = model.safeContract(h, s, action);
      if (zeta < Infinity) return contracts.set(contract, at * n);
    }
    contracts.set(witnesses[action]!, at * n);
  };
  const ask = (h: number, s: number) => {
    const at = h * n + s;
    const { step } = inquiries[at]!;
    if (!step.done) return contracts.set(step.value, at * n);
    let least = -1;
    for (let a = 0; a < m; a++) {
      if (step.value.witnesses[a] === null) continue;
      if (least < 0 || model.totals[at * m + a]! < model.totals[at * m + least]!) least = a;
    }
    offer(h, s, least);
  };
  const wander = (h: number, s: number) => {
    const { step } = inquiries[h * n + s]!;
    if (!step.done) return;
    const known = step.value.witnesses.flatMap((witness, a) => witness === null ? [] : [a]);
    offer(h, s, known[random.integer(known.length)]!);
  };
  const learn = (h: number, s: number, action: number) => {
    const inquiry = inquiries[h * n + s]!;
    if (inquiry.step.done) {
      if (action !== inquiry.expected) inquiry.unreliable.add(inquiry.expected);
      return;
    }
    inquiry.step = inquiry.search.next(action);
    if (inquiry.step.done) model.learnBoundaries(h, s, inquiry.step.value);
  };
  /** The step whose turn it is: of those with a running search, else of all. */
  const stepFor = (episode: number): number => {
    for (let k = 0; k < H; k++) {
      const h = (episode + k) % H;
      for (let s = 0; s < n; s++) {
        const { seen, step } = inquiries[h * n + s]!;
        if (seen && !step.done) return h;
      }
    }
    return episode < options.episodes ? episode % H : -1;
  };

  inquiries[game.instance.start]!.seen = true;
  for (let episode = 0; episode < options.limit; episode++) {
    const h = stepFor(episode);
    if (h < 0) return episode;
    contracts.fill(0);
    for (let k = 0; k < h; k++) for (let s = 0; s < n; s++) wander(k, s);
    for (let s = 0; s < n; s++) ask(h, s);
    game.post(contracts);
    const { states, actions } = game.play();
    for (let k = 0; k < H; k++) {
      model.observe(k, states[k]!, actions[k]!, states[k + 1]!);
      inquiries[k * n + states[k]!]!.seen = true;
    }
    learn(h, states[h]!, actions[h]!);
  }
  return options.limit;
}
