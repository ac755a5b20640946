/**
 * Who may work when: notebooks beside one another, and one alone while it measures time.
 *
 * @module
 */
import { type Cell, tagsOf } from "../nbformat.ts";

/** What somebody waits for: to begin, to measure alone, or to go on after that. */
type Wish = "begin" | "alone" | "go on";

/** Somebody who waits. */
interface Waiting {
  wish: Wish;
  grant: () => void;
}

/**
 * Shares the processor among notebooks. At most `jobs` work at the same time. Who wants to measure waits until all others
 * have ended or wait as well, then has the machine alone. So measuring comes last, and until then no core is idle.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Turns } from "offprint/kit/runner/turns.ts";
 *
 * const turns = new Turns(2), log: string[] = [];
 * const work = async (name: string) => {
 *   await turns.begin();
 *   log.push(`${name} works`);
 *   if (name === "clock") await turns.alone();
 *   log.push(`${name} ends`);
 *   turns.end();
 * };
 * await Promise.all(["clock", "one", "two"].map(work));
 * assertEquals(log.slice(-2), ["two ends", "clock ends"]);
 * ```
 */
export class Turns {
  readonly #jobs: number;
  #waiting: Waiting[] = [];
  #working = 0;
  #aloneHeld = false;

  /** @param jobs How many may work beside one another, at least 1. */
  constructor(jobs: number) {
    this.#jobs = jobs;
  }

  /** Waits until one more may work. Those that ask first begin first. */
  begin(): Promise<void> {
    return this.#wait("begin");
  }

  /** To be called while working: waits until nobody else works or is still to begin. */
  alone(): Promise<void> {
    this.#working--;
    return this.#wait("alone");
  }

  /** Ends a turn alone, and waits until one more may work beside others. Others that want to measure come first. */
  beside(): Promise<void> {
    this.#working--;
    this.#aloneHeld = false;
    return this.#wait("go on");
  }

  /** Ends work, beside others or alone. */
  end(): void {
    this.#working--;
    this.#aloneHeld = false;
    this.#grant();
  }

  #wait(wish: Wish): Promise<void> {
    return new Promise((grant) => {
      this.#waiting.push({ wish, grant });
      this.#grant();
    });
  }

  #grant(): void {
    while (!this.#aloneHeld && this.#working < this.#jobs) {
      const next = this.#first("begin") ??
        (this.#working === 0 ? this.#first("alone") : undefined) ?? this.#first("go on");
      if (next === undefined) return;
      this.#waiting = this.#waiting.filter((one) => one !== next);
      this.#working++;
      this.#aloneHeld = next.wish === "alone";
      next.grant();
    }
  }

  #first(wish: Wish): Waiting | undefined {
    return this.#waiting.find((one) => one.wish === wish);
  }
}

/**
 * What lets the cells tagged `timing` of one working notebook wait until nothing else runs, and those after them until there is
 * a place beside others again.
 *
 * @param threads How many a cell may use in a turn of either kind, where that differs.
 * @returns The option `turn` of `executeNotebook`.
 * @throws {DOMException} the signal's reason, when it aborts meanwhile.
 */
export function aloneForTiming(
  turns: Turns,
  threads: { alone: number; beside: number } | undefined,
  signal: AbortSignal | undefined,
): (cell: Cell) => Promise<number | undefined> | undefined {
  let alone = false;
  return (cell) => {
    const timing = tagsOf(cell).includes("timing");
    if (timing === alone) return undefined;
    alone = timing;
    return (timing ? turns.alone() : turns.beside()).then(() => {
      signal?.throwIfAborted();
      return threads?.[timing ? "alone" : "beside"];
    });
  };
}
