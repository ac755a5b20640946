/**
 * From the messages of a kernel to the outputs of a notebook, in the one form that is stored: printed
 * text joined, no colours, updates of a display applied to where it was first shown.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import type { OutputMessage, Thrown } from "../kernel/mod.ts";
import type { DisplayOutput, Json, MimeBundle, Output, ResultOutput } from "../nbformat.ts";

/** The outputs of the cells of one notebook while it runs. */
export class OutputCollector {
  readonly #cells = new Map<string, Output[]>();
  /** Where each display id is shown; nbformat does not store the ids. */
  readonly #displays = new Map<string, (DisplayOutput | ResultOutput)[]>();
  /** Cells that asked for their outputs to be replaced by the next one. */
  readonly #clearing = new Set<string>();

  /** The outputs of a cell so far. The same list grows while the cell runs. */
  of(cell: string): Output[] {
    const outputs = this.#cells.get(cell) ?? [];
    this.#cells.set(cell, outputs);
    return outputs;
  }

  /** Takes one message that a cell sent. */
  add(cell: string, { type, content }: OutputMessage): void {
    switch (type) {
      case "clear_output":
        // With `wait`, old outputs stay until the next one comes, so that nothing flickers.
        if (content["wait"] === true) this.#clearing.add(cell);
        else this.#clear(cell);
        return;
      case "update_display_data":
        for (const shown of this.#displays.get(displayId(content) ?? "") ?? []) {
          shown.data = bundle(content["data"]);
          shown.metadata = object(content["metadata"]);
        }
        return;
      case "stream":
        this.#print(
          cell,
          content["name"] === "stderr" ? "stderr" : "stdout",
          String(content["text"] ?? ""),
        );
        return;
      case "error":
        this.addError(cell, {
          ename: String(content["ename"] ?? ""),
          evalue: String(content["evalue"] ?? ""),
          traceback: Array.isArray(content["traceback"]) ? content["traceback"].map(String) : [],
        });
        return;
      case "display_data":
        this.#show(cell, content, {
          output_type: type,
          data: bundle(content["data"]),
          metadata: object(content["metadata"]),
        });
        return;
      case "execute_result":
        this.#show(cell, content, {
          output_type: type,
          execution_count: Number(content["execution_count"] ?? 0),
          data: bundle(content["data"]),
          metadata: object(content["metadata"]),
        });
    }
  }

  /** Adds an error to a cell: its own, or one that the runner found. */
  addError(cell: string, { ename, evalue, traceback }: Thrown): void {
    this.#next(cell).push({
      output_type: "error",
      ename: plain(ename),
      evalue: plain(evalue),
      traceback: traceback.map(plain),
    });
  }

  #show(cell: string, content: Record<string, Json>, output: DisplayOutput | ResultOutput): void {
    this.#next(cell).push(output);
    const id = displayId(content);
    if (id === undefined) return;
    const shown = this.#displays.get(id) ?? [];
    shown.push(output);
    this.#displays.set(id, shown);
  }

  #print(cell: string, name: "stdout" | "stderr", text: string): void {
    const outputs = this.#next(cell);
    const last = outputs.at(-1);
    if (last?.output_type === "stream" && last.name === name) last.text += plain(text);
    else outputs.push({ output_type: "stream", name, text: plain(text) });
  }

  /** The list to append to, emptied first if the cell asked for that. */
  #next(cell: string): Output[] {
    if (this.#clearing.has(cell)) this.#clear(cell);
    return this.of(cell);
  }

  #clear(cell: string): void {
    this.#clearing.delete(cell);
    const outputs = this.of(cell);
    for (const [id, shown] of this.#displays) {
      this.#displays.set(id, shown.filter((output) => !outputs.includes(output)));
    }
    outputs.length = 0;
  }
}

/** The last lines that a cell printed or showed as text, for a report of its failure. */
export function lastLines(outputs: readonly Output[], count: number): string[] {
  const text = outputs.map((output) => {
    if (output.output_type === "stream") return output.text;
    if (output.output_type === "error") return "";
    const shown = output.data["text/plain"] ?? output.data["text/markdown"];
    return typeof shown === "string" ? `${shown}\n` : `[${Object.keys(output.data).join(", ")}]\n`;
  }).join("");
  const lines = text.replace(/\n$/, "").split("\n");
  if (text === "") return [];
  return lines.length <= count
    ? lines
    : [`… ${lines.length - count} lines before`, ...lines.slice(-count)];
}

function displayId(content: Record<string, Json>): string | undefined {
  const id = object(content["transient"])["display_id"];
  return typeof id === "string" && id !== "" ? id : undefined;
}

function object(value: Json | undefined): Record<string, Json> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

/** Text forms without escape codes; a list of lines, which the protocol allows, becomes one string. */
function bundle(value: Json | undefined): MimeBundle {
  return Object.fromEntries(
    Object.entries(object(value)).map(([type, content]) => {
      if (type.endsWith("json")) return [type, content];
      const text = Array.isArray(content) ? content.join("") : content;
      return [type, type === "text/plain" && typeof text === "string" ? plain(text) : text];
    }),
  );
}

const plain = (text: string) => stripVTControlCharacters(text);
