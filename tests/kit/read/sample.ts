/** A small notebook for tests of the reader, and a session that notes what it tells. */
import { buildNotebook } from "offprint/kit/pairs/mod.ts";
import { ROOT } from "offprint/kit/project.ts";
import type { Notebook } from "offprint/kit/nbformat.ts";
import { Session } from "offprint/kit/read/mod.ts";
import type { CellState, ReaderEvent } from "offprint/kit/read/messages.ts";

/** What a source file begins with. */
export const HEADER = "// ---\n// jupyter: {}\n// ---\n\n";

/** Cells that depend on one parameter, on the other, on both, and on none; one fails, one never ends. */
export const SOURCE = `${HEADER}// %% [markdown] id="title"
// # Sample

// %% id="parameters" tags=["parameters"]
/** Numbers to add, as many as \`numbers.length\`. */
const runs: number = 3;
/** Seed. */
const seed: number = 1;

// %% id="numbers"
const numbers = Array.from({ length: runs }, (_, i) => i + 1);

// %% id="sum"
console.log("sum", numbers.reduce((a, b) => a + b, 0));

// %% id="seeded"
const seeded = 10 * seed;
console.log("seeded", seeded);

// %% id="both"
console.log("both", numbers.length + seeded);

// %% id="alone"
console.log("alone");

// %% id="fails"
const unused = 1;
throw new Error("as asked");

// %% id="after"
console.log("after");

// %% id="lines"
for (let i = 0; i < 3000; i++) console.log("line " + i);

// %% id="counts"
console.log("count 1");
while (!await Deno.stat("go").catch(() => false)) await new Promise((go) => setTimeout(go, 20));
console.log("count 2");

// %% id="endless"
while (true);

// %% id="waits"
await new Promise(() => setInterval(() => {}, 1000));
`;

/** The notebook of {@linkcode SOURCE}. */
export const SAMPLE = buildNotebook(SOURCE, "sample.ts");

/** A session of the sample with all that it has told. */
export class Heard {
  readonly events: ReaderEvent[] = [];
  readonly session: Session;
  readonly #waiting = new Set<() => void>();

  constructor(options: { foreign?: boolean; notebook?: Notebook } = {}) {
    this.session = new Session({
      id: "sample",
      notebook: SAMPLE,
      cwd: ROOT,
      ...options,
      render: (_cell, _index, output) => output.output_type,
      tell: (event) => {
        this.events.push(event);
        for (const look of this.#waiting) look();
      },
    });
  }

  /** The latest state of each cell. */
  get states(): Map<string, CellState> {
    const cells = this.events.flatMap((event) => event.type === "cells" ? event.cells : []);
    return new Map(cells.map((cell) => [cell.id, cell]));
  }

  /** Ids of the cells that began to run since the beginning, in order. */
  get began(): string[] {
    return this.events.flatMap((event) =>
      event.type === "cells"
        ? event.cells.filter(({ status, seconds }) => status === "running" && (seconds ?? 0) < 0.05)
        : []
    ).map(({ id }) => id);
  }

  /** The printed text of a cell. */
  printed(id: string): string {
    const cell = this.session.notebook.cells.find((cell) => cell.id === id);
    const outputs = cell?.cell_type === "code" ? cell.outputs : [];
    return outputs.map((output) => output.output_type === "stream" ? output.text : "").join("");
  }

  /** Waits until something is so. */
  async until(so: () => boolean): Promise<void> {
    while (!so()) {
      await new Promise<void>((resolve) => {
        const look = () => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }

  /** Waits until nothing runs and nothing waits, after `id` has ended. */
  async ended(id: string, status: CellState["status"]): Promise<void> {
    await this.until(() => this.states.get(id)?.status === status);
    await this.until(() =>
      this.events.findLast(({ type }) => type === "kernel")?.type === "kernel" && !this.busy
    );
  }

  get busy(): boolean {
    const last = this.events.findLast((event) => event.type === "kernel");
    return last?.type === "kernel" && (last.kernel === "busy" || last.kernel === "starting");
  }
}
