/**
 * Exact regret, split by cause.
 *
 * @module
 */

/** The three causes of regret, and their sum. */
export interface RegretSplit {
  /** Value given up because another policy than the best one was recommended. */
  policyLoss: number;
  /** Expected payments above the least ones that induce the recommended policy. */
  premium: number;
  /** Value lost because the agent did not do what was recommended. */
  failedInducement: number;
  /** The sum: `Σ_t (V* − V(x_t))`. */
  total: number;
}

/**
 * Adds up the principal's regret over episodes in exact expectations, never in sampled returns: sampling
 * noise of order √T would hide a slope of ½.
 */
export class RegretLedger implements RegretSplit {
  policyLoss = 0;
  premium = 0;
  failedInducement = 0;
  /** Episodes so far. */
  episodes = 0;
  /** Episodes in which the agent's response differed from the recommendation somewhere. */
  failures = 0;
  /** The episode of the last failure, counted from 1; 0 when there was none. */
  lastFailure = 0;

  get total(): number {
    return this.policyLoss + this.premium + this.failedInducement;
  }

  /** Adds `count` equal episodes. */
  add(policyLoss: number, premium: number, failed: number, deviated: boolean, count = 1): void {
    this.policyLoss += count * policyLoss;
    this.premium += count * premium;
    this.failedInducement += count * failed;
    this.episodes += count;
    if (deviated) {
      this.failures += count;
      this.lastFailure = this.episodes;
    }
  }
}
