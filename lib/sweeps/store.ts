/**
 * Results of experiments kept on disk, by what they depend on.
 *
 * A SQLite file rather than a file for each point: several processes may write at once, a killed one leaves
 * nothing half-written, and thousands of points are read in one go. The bench `sweep` measures both.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { systemError } from "offprint/system_errors.ts";
import { HOME } from "./experiment.ts";
import { fromJson, toJson } from "./json_values.ts";

/** Layout of the file; a newer one is not touched. */
const VERSION = 1;

/** How long a process waits for another that is writing, in ms. */
const WAIT_MS = 30_000;

/** A point as it is kept. */
export interface Kept {
  /** Hash of all that the result depends on. */
  key: string;
  /** Module and export: `"offprint/papers/specdecpp/experiments.ts thresholdGain"`. */
  experiment: string;
  /** Hash of the code at that time. */
  code: string;
  point: Readonly<Record<string, unknown>>;
  seed: number;
  result: Readonly<Record<string, unknown>>;
  /** Time that it took. */
  seconds: number;
}

/** What a store holds of one experiment. */
export interface StoreLine {
  experiment: string;
  points: number;
  /** Versions of the code from which they come. */
  versions: number;
  seconds: number;
}

/** The file where results are kept unless a folder is named, or nothing where `OFFPRINT_SWEEPS` is `off`. */
export function storeFile(): string | undefined {
  const named = Deno.env.get("OFFPRINT_SWEEPS");
  if (named === "off") return undefined;
  return join(named || fileURLToPath(new URL("out/sweeps/", HOME)), "points.sqlite");
}

/** Opens, or makes, a file of results. Close it, or use `using`. */
export class SweepStore implements Disposable {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @param options `pages`: the most that the file may grow to, in pages of 4096 bytes; as on a disk that is full then.
   * @throws {UserError} for a file of a newer version, one that is no store, and a folder that cannot be written.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { SweepStore } from "offprint/sweeps/mod.ts";
   *
   * const folder = await Deno.makeTempDir();
   * using store = new SweepStore(`${folder}/points.sqlite`);
   * store.keep([{ key: "k", experiment: "e", code: "c", point: { n: 1 }, seed: 1, result: { y: NaN }, seconds: 0 }]);
   * assertEquals(store.find("k"), { y: NaN });
   * store.close();
   * await Deno.remove(folder, { recursive: true });
   * ```
   */
  constructor(readonly file: string, { pages }: { pages?: number } = {}) {
    try {
      Deno.mkdirSync(join(file, ".."), { recursive: true });
      this.#database = new DatabaseSync(file);
    } catch (error) {
      throw systemError(error) ?? this.#unusable(error);
    }
    try {
      // Written ahead, without waiting for the disk: a killed process loses nothing, a power cut perhaps the last points.
      this.#database.exec(
        `pragma busy_timeout = ${WAIT_MS}; pragma journal_mode = wal; pragma synchronous = normal`,
      );
      const version = Number(this.#database.prepare("pragma user_version").get()!["user_version"]);
      if (version > VERSION) {
        throw new UserError({
          what: file,
          got: new Described(`a store of version ${version}`),
          expected: `one of version ${VERSION} or older`,
          todo: "Update this program, or remove the file: its points are then run again.",
        });
      }
      this.#database.exec(`
        begin immediate;
        create table if not exists points (
          key text primary key, experiment text not null, code text not null, point text not null,
          seed integer not null, result text not null, seconds real not null
        ) without rowid;
        create table if not exists sources (bytes text primary key, meaning text not null) without rowid;
        pragma user_version = ${VERSION};
        commit`);
      if (pages !== undefined) this.#database.exec(`pragma max_page_count = ${pages}`);
    } catch (error) {
      this.#database.close();
      throw error instanceof UserError ? error : this.#unusable(error);
    }
  }

  /** The result kept under a key. */
  find(key: string): Readonly<Record<string, unknown>> | undefined {
    const row = this.#run("select result from points where key = ?", key)[0];
    return row && fromJson(String(row["result"])) as Record<string, unknown>;
  }

  /** Keeps results, all or none; one that is there already stays. */
  keep(all: readonly Kept[]): void {
    this.#run("begin immediate");
    try {
      for (const { key, experiment, code, point, seed, result, seconds } of all) {
        this.#run(
          "insert or ignore into points values (?, ?, ?, ?, ?, ?, ?)",
          key,
          experiment,
          code,
          toJson(point),
          seed,
          toJson(result, false),
          seconds,
        );
      }
      this.#run("commit");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("rollback");
      throw error;
    }
  }

  /** Mean seconds that points of an experiment took, or nothing where none is kept. */
  meanSeconds(experiment: string): number | undefined {
    const mean = this.#run(
      "select avg(seconds) as mean from points where experiment = ?",
      experiment,
    )[0]?.["mean"];
    return typeof mean === "number" ? mean : undefined;
  }

  /** What is kept, by experiment. */
  list(): StoreLine[] {
    return this.#run(
      `select experiment, count(*) as points, count(distinct code) as versions, sum(seconds) as seconds
       from points group by experiment order by experiment`,
    ) as unknown as StoreLine[];
  }

  /** Forgets the points of experiments whose name holds `part`, or all; says how many. */
  forget(part = ""): number {
    const before = this.#count();
    this.#run("delete from points where instr(experiment, ?) > 0", part);
    return before - this.#count();
  }

  /** What a source file means, by the hash of its bytes, if it was looked at before. */
  meaning(bytes: string): string | undefined {
    return this.#run("select meaning from sources where bytes = ?", bytes)[0]?.["meaning"] as
      | string
      | undefined;
  }

  /** Remembers what a source file means. */
  keepMeaning(bytes: string, meaning: string): void {
    this.#run("insert or ignore into sources values (?, ?)", bytes, meaning);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #count(): number {
    return Number(this.#run("select count(*) as n from points")[0]!["n"]);
  }

  #run(sql: string, ...values: (string | number)[]): Record<string, unknown>[] {
    try {
      let statement = this.#statements.get(sql);
      if (statement === undefined) {
        statement = this.#database.prepare(sql);
        this.#statements.set(sql, statement);
      }
      return statement.all(...values);
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  #unusable(error: unknown): UserError {
    const full = /disk is full/.test(messageOf(error));
    return new UserError({
      what: this.file,
      got: new Described(full ? "a full disk" : messageOf(error)),
      expected: full ? "room for the results" : "a file of results that can be read and written",
      todo: full
        ? "Free some space; what was finished is kept."
        : "See whether the disk has room, remove the file, or name another folder in OFFPRINT_SWEEPS.",
    });
  }
}
