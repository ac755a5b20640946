/**
 * Learning least payments in a chain of work-or-shirk decisions with two outcomes each.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { costsAt, lawAt, reachable } from "../instance/instance.ts";
import { explorationLength } from "../learning/explore_then_commit.ts";
import type { ContractGame } from "./game.ts";
import { requireObservedActions } from "../learning/observed_actions.ts";

/**
 * What the learner knows at the start of {@linkcode learnWorkLaws}, and what it must find out: shirk's laws and
 * all costs are known, work's laws are not, and the principal wants work everywhere.
 */
export interface WorkLawSettings {
  horizon: number;
  /** `shrinking margin`: learns from the episodes it pays for. `explore then commit`: pays the cap first. */
  method: "shrinking margin" | "explore then commit";
}

/**
 * Learns how little to pay for work in an instance with two states and two actions.
 *
 * At every (h, s), with `p̂` the estimated probability that work leads to the paid state and
 * `ε = √(ln T / 2N)`, pays on that state `x = (Δc + errors) / (p̂ − p_shirk − ε) − (V̂ᴬ_paid − V̂ᴬ_other)`,
 * clipped to [0, cap]; errors are the possible errors `|x + V̂ᴬ_paid − V̂ᴬ_other|·ε` of the estimated
 * continuations, summed over the next states and, through them, to the end. Estimates of the agent's value
 * use the posted payments: `V̂ᴬ = p̂·x + P̂·V̂ᴬ − c`.
 *
 * The paid state at each (h, s) is the one that work makes more likely, taken as known.
 *
 * @throws {UserError} unless `n = m = 2`, the cap is finite and actions are observed.
 */
export function learnWorkLaws(game: ContractGame, settings: WorkLawSettings): void {
  requireObservedActions("learnWorkLaws", game);
  const { instance } = game;
  const { H, n, m, cap } = instance;
  if (n !== 2 || m !== 2 || cap === Infinity) {
    throw new UserError({
      what: `learnWorkLaws on ${instance.name}`,
      got: new Described(`${n} states, ${m} actions, cap ${cap}`),
      expected: "2 states, 2 actions and a finite cap",
      todo: "Use learnContracts for other instances.",
    });
  }
  const { horizon, method } = settings;
  const width = Math.log(horizon) / 2;
  const reached = reachable(instance);
  const paid = new Int32Array(H * 2);
  const shirk = new Float64Array(H * 2), extraCost = new Float64Array(H * 2);
  const samples = new Float64Array(H * 2), successes = new Float64Array(H * 2);
  for (let h = 0; h < H; h++) {
    for (let s = 0; s < 2; s++) {
      const at = h * 2 + s;
      const work = lawAt(instance, h, s, 1), idle = lawAt(instance, h, s, 0);
      paid[at] = work[1]! - idle[1]! > 0 ? 1 : 0;
      shirk[at] = idle[paid[at]!]!;
      extraCost[at] = costsAt(instance, h, s)[1]!;
    }
  }
  const rec = new Int32Array(H * 2).fill(1);
  const contracts = new Float64Array(H * 4);
  const value = new Float64Array((H + 1) * 2), error = new Float64Array((H + 1) * 2);

  const price = () => {
    for (let h = H - 1; h >= 0; h--) {
      const next = (h + 1) * 2;
      const laterErrors = error[next]! + error[next + 1]!;
      for (let s = 0; s < 2; s++) {
        const at = h * 2 + s;
        if (reached[at] === 0) continue;
        const good = paid[at]!;
        const lead = value[next + good]! - value[next + 1 - good]!;
        const count = samples[at]!;
        const radius = count === 0 ? 1 : Math.sqrt(width / count);
        const estimate = count === 0 ? 0 : successes[at]! / count;
        const difference = estimate - shirk[at]! - radius;
        // What makes work worth its cost even if every estimate is off by its radius, to the principal's loss.
        const wanted = (extraCost[at]! + laterErrors) / difference - lead;
        const pay = difference > 0 ? Math.min(cap, Math.max(0, wanted)) : cap;
        contracts[at * 2 + good] = pay;
        value[at] = estimate * (pay + value[next + good]!) +
          (1 - estimate) * value[next + 1 - good]! - extraCost[at]!;
        error[at] = Math.abs(pay + lead) * radius +
          (h + 1 < H ? Math.max(error[next]!, error[next + 1]!) : 0);
      }
    }
  };
  const observe = () => {
    const { states, actions } = game.play();
    for (let h = 0; h < H; h++) {
      if (actions[h] !== 1) continue;
      const at = h * 2 + states[h]!;
      samples[at]!++;
      if (states[h + 1] === paid[at]) successes[at]!++;
    }
  };

  if (method === "explore then commit") {
    const exploration = explorationLength(horizon);
    for (let at = 0; at < H * 2; at++) contracts[at * 2 + paid[at]!] = cap;
    game.post(contracts, rec);
    for (let t = 0; t < exploration; t++) observe();
    price();
    game.post(contracts, rec);
    game.skip(horizon - exploration);
    return;
  }
  for (let t = 0; t < horizon; t++) {
    price();
    game.post(contracts, rec);
    observe();
  }
}
