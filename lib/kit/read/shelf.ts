/**
 * The papers that a reader can open: what is committed, one session for each that is open, and their pages.
 *
 * @module
 */
import { dirname } from "node:path";
import { buildReport, type Report } from "../report.ts";
import { type Notebook, type Output, tagsOf } from "../nbformat.ts";
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import { notebookSettings } from "../pairs/mod.ts";
import { asCommitted, committedNotebooks, readLedger } from "../runner/committed.ts";
import { indexPage } from "../site/index_page.ts";
import { linkResolver } from "../site/links.ts";
import {
  Anchors,
  Html,
  type MarkdownPlace,
  markup,
  raw,
  renderOutput,
  toEnd,
  withoutFigureScripts,
} from "../site/markup/mod.ts";
import { notebookSteps, renderNotebook } from "../site/mod.ts";
import { paperPage, type RenderedNotebook } from "../site/paper_page.ts";
import { placesOf, searchPage } from "../site/search_page.ts";
import { type ClaimsShown, claimsShown } from "./claims_list.ts";
import type { ReaderEvent } from "./messages.ts";
import { Session } from "./session.ts";

/** A notebook that was opened by its path. */
export interface ForeignNotebook {
  id: string;
  /** Where it lies; its cells run in that folder. */
  path: string;
  notebook: Notebook;
}

/** Files that every page of the reader links beside those of the site. */
const FILES = ["assets/reader.css", "assets/reader.js"];

/** A page that nobody named is rendered ahead after this long, in ms: the browser may need the processor. */
const AHEAD_MS = 500;

const NO_CELLS = { html: new Html(""), headings: [], pictures: new Map() };

/** All notebooks of a folder and those opened by path. */
export class Shelf {
  readonly #folder: string;
  readonly #committed = new Map<string, Notebook>();
  readonly #foreign: ReadonlyMap<string, ForeignNotebook>;
  readonly #papers: readonly Paper[];
  readonly #sessions = new Map<string, Session>();
  readonly #listeners = new Map<string, Set<(event: ReaderEvent) => void>>();
  /** Pages of notebooks that nobody has changed. */
  readonly #rendered = new Map<string, RenderedNotebook>();
  /** Pictures that rendered pages load, by their paths. */
  readonly #pictures = new Map<string, string>();
  /** The page that is being rendered ahead, and what is left of that. */
  #ahead: { id: string; steps: Generator<void, RenderedNotebook> } | undefined;
  readonly #resolve: (href: string) => string | null;

  private constructor(
    folder: string,
    notebooks: readonly { id: string; notebook: Notebook }[],
    foreign: readonly ForeignNotebook[],
    papers: readonly Paper[],
  ) {
    this.#folder = folder;
    for (const { id, notebook } of notebooks) this.#committed.set(id, notebook);
    this.#foreign = new Map(foreign.map((entry) => [entry.id, entry]));
    this.#papers = papers;
    this.#resolve = linkResolver([...this.#committed.keys()]);
  }

  /** Reads the notebooks of a folder and the claims ledger. */
  static async open(folder: string, foreign: readonly ForeignNotebook[] = []): Promise<Shelf> {
    const { papers } = readLedger();
    return new Shelf(folder, await committedNotebooks(folder), foreign, papers);
  }

  /** Ids of all notebooks, those opened by path last. */
  get ids(): string[] {
    return [...this.#committed.keys(), ...this.#foreign.keys()];
  }

  /** The session of a notebook, made when it is first asked for; nothing where there is no such notebook. */
  session(id: string): Session | undefined {
    const open = this.#sessions.get(id);
    if (open !== undefined) return open;
    const foreign = this.#foreign.get(id);
    const notebook = foreign?.notebook ?? this.#committed.get(id);
    if (notebook === undefined) return undefined;
    const session: Session = new Session({
      id,
      notebook,
      cwd: foreign === undefined ? this.#folder : dirname(foreign.path),
      foreign: foreign !== undefined,
      render: (cell, index, output) => this.#output(session, cell, index, output),
      tell: (event) => this.#tell(id, event),
    });
    this.#sessions.set(id, session);
    return session;
  }

  /** Calls `hear` with everything that happens in a notebook, until the function that is returned is called. */
  listen(id: string, hear: (event: ReaderEvent) => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(hear));
    return () => listeners.delete(hear);
  }

  /** The notebook as it is now. */
  notebook(id: string): Notebook | undefined {
    return this.#sessions.get(id)?.notebook ?? this.#foreign.get(id)?.notebook ??
      this.#committed.get(id);
  }

  /**
   * Renders pages before somebody asks for them, cell by cell, so that those who ask meanwhile do not wait; that of `first` at
   * once, the others a while later, until a notebook is opened: then the processor is its reader's.
   */
  async prepare(first: string | undefined, signal: AbortSignal): Promise<void> {
    const others = [...this.#committed.keys()].filter((id) => id !== first);
    for (const id of first === undefined ? others : [first, ...others]) {
      if (id !== first) await pause(AHEAD_MS, signal);
      if (signal.aborted || (id !== first && this.#sessions.size > 0)) return;
      const notebook = this.#committed.get(id);
      if (notebook === undefined || this.#rendered.has(id) || this.#sessions.has(id)) continue;
      const steps = notebookSteps(id, notebook, this.#papers, this.#resolve);
      this.#ahead = { id, steps };
      // Who asked for the page meanwhile has done the rest.
      while (this.#ahead?.steps === steps && !signal.aborted) {
        if (id !== first && this.#sessions.size > 0) return;
        const step = steps.next();
        if (step.done) this.#keep(step.value);
        else await pause(0, signal);
      }
    }
  }

  /** The page of a notebook; nothing where there is none. */
  page(id: string): string | undefined {
    const rendered = this.#render(id);
    if (rendered === undefined) return undefined;
    const ids = [...this.#committed.keys()];
    const at = ids.indexOf(id);
    const near = (place: number) => {
      const neighbour = at < 0 ? undefined : ids[place];
      return neighbour === undefined ? undefined : this.#titled(neighbour);
    };
    const elsewhere = this.#foreign.get(id);
    const foreign = elsewhere !== undefined;
    const hasPanel = rendered.notebook.cells.some((cell) => tagsOf(cell).includes("parameters"));
    // Of a foreign notebook the page itself holds nothing but its name.
    const page: RenderedNotebook = foreign
      ? { ...rendered, cells: NO_CELLS, title: markup`${id}`, titleText: id, paper: null }
      : rendered;
    return paperPage(page, this.report([id]), { previous: near(at - 1), next: near(at + 1) }, {
      files: FILES,
      ...(foreign && { file: elsewhere.path }),
      below: markup`<div id="reader" data-notebook="${id}"${foreign && raw(' data-foreign=""')}${
        hasPanel && raw(' data-panel=""')
      }></div>\n`,
    });
  }

  /** A picture that a page loads, by its path. */
  picture(path: string): string | undefined {
    return this.#pictures.get(path);
  }

  /** The cells of a notebook opened by path; its page makes them harmless before it shows them. */
  cells(id: string): string | undefined {
    return this.#foreign.has(id) ? this.#render(id)?.cells.html.text : undefined;
  }

  /** The first page. */
  index(): string {
    const pages = [...this.#committed.keys()].map((id) => this.#titled(id)!);
    return indexPage(this.#papers, pages, this.report(this.ids), { served: FILES });
  }

  /** The page that finds words in all papers. */
  search(): string {
    const notebooks = [...this.#committed.keys()].map((id) => ({
      id,
      notebook: this.notebook(id)!,
    }));
    return searchPage(placesOf(notebooks, this.#papers), { served: FILES });
  }

  /** What stands in the outputs of some notebooks. */
  report(ids: readonly string[]): Report {
    const runs = ids.flatMap((id) => {
      const notebook = this.notebook(id);
      return notebook === undefined ? [] : [asCommitted({ id, notebook })];
    });
    return buildReport(runs, this.#papers);
  }

  /** The claims of a notebook as it is now; empty texts where it has none. */
  claims(id: string): ClaimsShown {
    const [reported] = this.report([id]).papers;
    const notebook = this.notebook(id);
    const paper = this.#papers.find(({ id }) => id === notebookSettings(notebook!).paper);
    if (reported === undefined || paper === undefined || reported.claims.length === 0) {
      return { tally: "", list: "" };
    }
    return claimsShown(paper, reported, notebook!, this.#sessions.get(id));
  }

  /** Ends all kernels. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
  }

  #render(id: string): RenderedNotebook | undefined {
    const notebook = this.notebook(id);
    if (notebook === undefined) return undefined;
    const known = this.#rendered.get(id);
    if (known?.notebook === notebook) return known;
    const ahead = this.#ahead?.id === id && notebook === this.#committed.get(id)
      ? this.#ahead.steps
      : undefined;
    return this.#keep(toEnd(ahead ?? notebookSteps(id, notebook, this.#papers, this.#resolve)));
  }

  /** A rendered notebook as its page shows it; kept for those who ask again. */
  #keep(rendered: RenderedNotebook): RenderedNotebook {
    const { id } = rendered;
    if (this.#ahead?.id === id) this.#ahead = undefined;
    for (const [path, svg] of rendered.cells.pictures) this.#pictures.set(path, svg);
    // Scripts inside a page do not run here: the page asks for those of figures by their names.
    const html = new Html(withoutFigureScripts(rendered.cells.html.text).rest);
    const page = { ...rendered, cells: { ...rendered.cells, html } };
    if (!this.#sessions.has(id)) this.#rendered.set(id, page);
    return page;
  }

  /** What a link to a notebook needs of it, without rendering its cells. */
  #titled(id: string): RenderedNotebook | undefined {
    const known = this.#rendered.get(id);
    if (known !== undefined) return known;
    const notebook = this.#committed.get(id);
    if (notebook === undefined) return undefined;
    const first = notebook.cells.slice(0, 1);
    const rendered = renderNotebook(id, { ...notebook, cells: first }, this.#papers, this.#resolve);
    return { ...rendered, notebook };
  }

  #output(session: Session, cell: string, index: number, output: Output): string {
    const { cells } = session.notebook;
    const before = cells.slice(0, cells.findIndex(({ id }) => id === cell));
    const place: MarkdownPlace = {
      anchors: new Anchors(),
      numbers: { equations: 0, figures: before.reduce((sum, each) => sum + figuresIn(each), 0) },
      resolve: this.#resolve,
    };
    const { outputs } = cells[before.length] as { outputs?: Output[] };
    for (const earlier of outputs?.slice(0, index) ?? []) {
      place.numbers.figures += figuresOf(earlier);
    }
    const { text } = renderOutput(output, `cell-${cell}-${index + 1}`, place);
    return withoutFigureScripts(text).rest;
  }

  #tell(id: string, event: ReaderEvent): void {
    for (const hear of this.#listeners.get(id) ?? []) hear(event);
    // A cell that does not only wait may have given a claim another verdict.
    if (event.type === "cells" && event.cells.some(({ status }) => status !== "queued")) {
      this.#tellClaims(id);
    }
  }

  readonly #claims = new Map<string, string>();

  #tellClaims(id: string): void {
    const shown = this.claims(id);
    const key = JSON.stringify(shown);
    if (shown.list === "" || this.#claims.get(id) === key) return;
    this.#claims.set(id, key);
    for (const hear of this.#listeners.get(id) ?? []) hear({ type: "claims", ...shown });
  }
}

/** Waits, unless the reader ends first. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const over = () => (clearTimeout(timer), resolve());
    const timer = setTimeout(() => (signal.removeEventListener("abort", over), resolve()), ms);
    signal.addEventListener("abort", over, { once: true });
  });
}

function figuresIn(cell: Notebook["cells"][number]): number {
  if (cell.cell_type !== "code") return 0;
  return cell.outputs.reduce((sum, output) => sum + figuresOf(output), 0);
}

/** Figures with a number, as `renderOutput` counts them. */
function figuresOf(output: Output): number {
  if (!("data" in output)) return 0;
  const html = output.data["text/html"];
  const text = Array.isArray(html) ? html.join("") : String(html ?? "");
  return text.split('<figure class="offprint-figure"').length - 1;
}
