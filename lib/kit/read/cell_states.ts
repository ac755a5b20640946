/**
 * How the cells of a session are, and what of that pages know.
 *
 * @module
 */
import type { CellState } from "./messages.ts";

/** States of cells; one that is not known has not run since the notebook was opened. */
export class CellStates {
  readonly #states = new Map<string, CellState>();
  /** The state of each cell as pages know it. */
  readonly #told = new Map<string, string>();

  /** Whether a cell has run or was marked. */
  get any(): boolean {
    return this.#states.size > 0;
  }

  of(id: string): CellState {
    return this.#states.get(id) ?? { id, status: "idle", stale: false, edited: false, own: true };
  }

  set(state: CellState): void {
    this.#states.set(state.id, state);
  }

  /** The kernel is no longer there. */
  lost(): void {
    for (const state of this.#states.values()) {
      if (state.status === "ok") this.set({ ...state, status: "idle" });
    }
  }

  /** Marks those that show something old, and no others; the one that is running stays as it is. */
  mark(stale: ReadonlySet<string>, running: string | undefined): void {
    for (const id of new Set([...this.#states.keys(), ...stale])) {
      if (id !== running) this.set({ ...this.of(id), stale: stale.has(id) });
    }
  }

  /** Those states that are not as pages were told last; they are told now. */
  news(states: readonly CellState[]): CellState[] {
    return states.filter((state) => {
      // Pages count the seconds of a running cell themselves.
      const text = JSON.stringify(state.status === "running" ? { ...state, seconds: 0 } : state);
      const changed = this.#told.get(state.id) !== text;
      this.#told.set(state.id, text);
      return changed;
    });
  }
}
