/**
 * `deno task read`: the papers in the browser, with cells that run.
 *
 * @module
 */
import { basename, dirname, extname, join, resolve } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { parse, textOptions, wholeNumber } from "offprint/command_line.ts";
import { ifThere, readText } from "offprint/files.ts";
import { Ending } from "offprint/terminal.ts";
import type { Command } from "../kit/command.ts";
import {
  buildNotebook,
  chooseNotebooks,
  notebookSettings,
  parseNotebook,
} from "../kit/pairs/mod.ts";
import { ROOT } from "../kit/project.ts";
import { type ForeignNotebook, newToken, Shelf, startReader } from "../kit/read/mod.ts";
import { saveEdits } from "../kit/read/save.ts";

/** Where the reader is found when nobody says otherwise. */
const PORT = 8765;

const USAGE = `deno task read [PAPER | FILE…] [options]

Serves the papers on 127.0.0.1, as pages whose cells can be edited and run in the browser. One Deno kernel for each
paper, started when its first cell is run. Edits stay in the browser's session unless you ask for more.

Arguments:
  PAPER       the paper to begin with: 02, or 02-specdec-theory; the list of all when left out
  FILE…       notebooks from elsewhere, by path (.ipynb, or .ts with cells): shown made harmless, and their cells run
              only after you have said in the page that you trust them

Options:
  --port N    default ${PORT}; 0 for any that is free
  --edit      the page's Save writes edited cells to notebooks/, as deno task sync would
  --open      open the address in the browser
  --help      this text

The address that is printed holds a token; a browser that opened it once is let in again. The token is kept in
out/reader-token, for you alone, so that a page comes back by itself after a restart; delete the file for a new one.
Ctrl-C ends the server and all kernels.`;

export const command: Command = {
  name: "read",
  summary: "read the papers in the browser, with cells that run",
  usage: USAGE,
  run: (args) => read(args, ROOT),
};

/** The command on the notebooks of any project folder. */
export async function read(args: string[], root: string): Promise<number> {
  const { values, positionals, option } = parse("read", args, {
    ...textOptions("port"),
    edit: { type: "boolean" },
    open: { type: "boolean" },
  }, true);
  const port = wholeNumber("--port", option("port") ?? String(PORT), 0, 65_535);
  const folder = join(root, "notebooks");
  const files = positionals.filter(isFile);
  const foreign = await Promise.all(files.map(openForeign));
  const shelf = await Shelf.open(folder, foreign);
  const named = positionals.filter((name) => !isFile(name));
  if (named.length > 1) {
    throw new UserError({
      what: "deno task read",
      got: named.join(" "),
      expected: "one paper to begin with",
      todo: "Name one; the pages of the others are a click away.",
    });
  }
  const [first] = named.length > 0
    ? chooseNotebooks(shelf.ids, named)
    : foreign.map(({ id }) => id);
  const ending = new Ending();
  const reader = startReader({
    shelf,
    port,
    ...(first !== undefined && { first }),
    token: await keptToken(join(root, "out", "reader-token")),
    ...(values["edit"] === true && { save: (session) => saveEdits(root, session) }),
  });
  const address = first === undefined
    ? reader.address
    : reader.address.replace("/?", `/${encodeURIComponent(first)}.html?`);
  console.log(address);
  console.error("The papers are there as long as this runs; Ctrl-C ends it.");
  if (values["open"] === true) await openBrowser(address);
  await new Promise((resolve) => {
    if (ending.signal.aborted) resolve(undefined);
    ending.signal.addEventListener("abort", resolve, { once: true });
  });
  await reader.close();
  ending.close();
  return ending.exitCode ?? 0;
}

function isFile(name: string): boolean {
  return [".ipynb", ".ts"].includes(extname(name)) || /[\\/]/.test(name);
}

/** A notebook by its path; its id is the name of its file, with a word before it that no paper has. */
async function openForeign(path: string): Promise<ForeignNotebook> {
  const full = resolve(path);
  const text = await ifThere(readText(full));
  if (text === undefined) {
    throw new UserError({
      what: "deno task read",
      got: path,
      expected: "the path of a notebook that exists",
      todo: "Give a file that ends in .ipynb or .ts, or the number of a paper.",
    });
  }
  const name = basename(full);
  const notebook = extname(full) === ".ts" ? buildNotebook(text, name) : parseNotebook(text, name);
  notebookSettings(notebook, name);
  return { id: `opened-${name.replace(/\.(?:ipynb|ts)$/, "")}`, path: full, notebook };
}

/** The token of earlier readers, or a new one that later ones find; nobody but the user can read it. */
async function keptToken(file: string): Promise<string> {
  const kept = (await ifThere(readText(file)))?.trim();
  if (kept !== undefined && /^[\w-]{43}$/.test(kept)) return kept;
  const token = newToken();
  await Deno.mkdir(dirname(file), { recursive: true });
  // A file that others could read is not filled, but made anew; half of a token is no token to the next reader.
  await Deno.remove(file).catch(() => {});
  await Deno.writeTextFile(file, `${token}\n`, { mode: 0o600, createNew: true });
  return token;
}

const OPENERS: Partial<Record<typeof Deno.build.os, [string, ...string[]]>> = {
  darwin: ["open"],
  linux: ["xdg-open"],
  windows: ["explorer"],
};

/** Opens the system's browser; where there is none, a line says so and the address stays. */
async function openBrowser(address: string): Promise<void> {
  const [program, ...args] = OPENERS[Deno.build.os] ?? ["xdg-open"];
  try {
    const child = new Deno.Command(program, {
      args: [...args, address],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    child.unref();
    await Promise.resolve();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const message = new UserError({
      what: "--open",
      got: new Described(`no program ${program} here`),
      expected: "one that opens a browser",
      todo: "Open the address above yourself.",
    }).message;
    console.error(message);
  }
}
