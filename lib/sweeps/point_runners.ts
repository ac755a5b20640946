/**
 * What runs points: processes of their own, or this one.
 *
 * @module
 */
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { LineChild } from "../sandbox/line_child.ts";
import { answerTo, loadRun, type Run, type WorkerAnswer, type WorkerJob } from "./answer.ts";
import { denoOptions } from "./module_graph.ts";
import { fromJson, toJson } from "./json_values.ts";

/** An experiment by the module and its export. */
export interface ExperimentAddress {
  module: string;
  run: string;
}

/** Longest wait of a timer, in ms. */
export const LONGEST_MS = 2 ** 31 - 1;

/** Runs points of one experiment. */
export interface PointRunner {
  /**
   * The answers of some points, in their order.
   *
   * @param limitMs Time for each.
   * @throws {UserError} where the experiment does not load.
   */
  ask(jobs: readonly WorkerJob[], limitMs: number): Promise<WorkerAnswer[]>;
  /** Begins no more points, and ends those that it can. */
  close(): void;
  /** Closes, and waits until everything has ended. */
  end(): Promise<void>;
}

/** This process, where the experiment may be loaded already. Points have no limit. */
export class ThisProcess implements PointRunner {
  #run: Promise<Run> | undefined;
  #closed = false;

  constructor(readonly experiment: ExperimentAddress) {}

  async ask(jobs: readonly WorkerJob[]): Promise<WorkerAnswer[]> {
    const { module, run: name } = this.experiment;
    const run = await (this.#run ??= loadRun(module, name).catch((error) => {
      throw unloadable(this.experiment, messageOf(error));
    }));
    const answers: WorkerAnswer[] = [];
    for (const job of jobs) {
      answers.push(this.#closed ? { error: "stopped" } : await answerTo(run, name, job));
    }
    // As if they had travelled.
    return fromJson(toJson(answers, false)) as WorkerAnswer[];
  }

  close(): void {
    this.#closed = true;
  }

  end(): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}

/** Processes of one experiment, started when asked for and used again. */
export class ProcessPool implements PointRunner {
  readonly #idle: LineChild[] = [];
  readonly #all = new Set<LineChild>();
  #closed = false;

  constructor(readonly experiment: ExperimentAddress, readonly threads: number) {}

  /** A process that does not answer is ended, and the next points get a new one. */
  async ask(jobs: readonly WorkerJob[], limitMs: number): Promise<WorkerAnswer[]> {
    const child = this.#idle.pop() ?? await this.#start();
    const patience = Math.min(LONGEST_MS, limitMs * jobs.length);
    const answer = await child.exchange(toJson(jobs, false), patience);
    if (typeof answer === "object") {
      this.#idle.push(child);
      return fromJson(answer.line) as WorkerAnswer[];
    }
    this.#all.delete(child);
    if (answer === "late") await child.close();
    const { died, said } = await child.lastWords();
    if (this.#closed) return jobs.map(() => ({ error: "stopped" }));
    if (jobs.length > 1) {
      // One of them did it: each has a turn of its own.
      const answers: WorkerAnswer[] = [];
      for (const job of jobs) answers.push(...await this.ask([job], limitMs));
      return answers;
    }
    return [{
      error: answer === "late"
        ? `stopped after ${limitMs / 1000} s`
        : `its process ended with status ${died}${lastLine(said)}`,
    }];
  }

  async #start(): Promise<LineChild> {
    const { module, run } = this.experiment;
    const started = await LineChild.start({
      script: new URL("worker.ts", import.meta.url),
      permissions: [
        "-A",
        ...(await denoOptions()).filter((option) => !option.startsWith("--lock")),
      ],
      env: { OFFPRINT_THREADS: String(this.threads) },
      arguments: [module, run],
      hello: "{}",
    });
    if (started instanceof LineChild) {
      this.#all.add(started);
      if (this.#closed) started.kill();
      return started;
    }
    const { died, said } = started;
    throw unloadable(
      this.experiment,
      `a process that ended with status ${died}${lastLine(said)}`,
    );
  }

  close(): void {
    this.#closed = true;
    for (const child of this.#all) child.kill();
  }

  async end(): Promise<void> {
    this.close();
    await Promise.all(Array.from(this.#all, (child) => child.close()));
  }
}

/** The line of an error's report that says most: the first that names an error, else the last. */
function lastLine(said: string): string {
  const lines = said.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const line = lines.find((each) => /^error|Error:/.test(each)) ?? lines.at(-1);
  return line === undefined ? "" : ` (${messageOf(line).slice(0, 200)})`;
}

function unloadable({ module, run }: ExperimentAddress, got: string): UserError {
  return new UserError({
    what: `${module}, ${run}`,
    got: new Described(got),
    expected: "a module that loads and exports this function",
    todo: "Import it in a program of its own to see the whole error.",
  });
}
