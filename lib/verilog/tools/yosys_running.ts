/**
 * What is kept of a run of Yosys while it goes on: its log, and the files that it prints.
 *
 * @module
 */
import type { YosysRequest } from "./yosys_request.ts";

/** The beginning of what a run prints. */
export class Log {
  #text = "";
  readonly #decoder = new TextDecoder();
  constructor(readonly most: number) {}

  readonly write = (bytes: Uint8Array | null): void => {
    if (bytes !== null && this.#text.length < this.most) {
      this.#text += this.#decoder.decode(bytes, { stream: true });
    }
  };

  text(): string {
    return this.#text.slice(0, this.most);
  }
}

/** A command line of a script, and the file that what it prints belongs to. */
interface Line {
  command: string;
  output?: string;
}

/** A request that is being answered. */
export class Running {
  readonly log: Log;
  readonly lines: readonly Line[];
  readonly files: Record<string, string> = {};
  #output: string | undefined;
  /** What is still to come of the line with which Yosys repeats the command. */
  #echo = "";
  readonly #pieces: Uint8Array[] = [];

  constructor({ script, outputs, logBytes }: YosysRequest) {
    this.log = new Log(logBytes);
    this.lines = linesOf(script, outputs);
  }

  readonly write = (bytes: Uint8Array | null): void => {
    if (bytes === null) return;
    if (this.#echo !== "") {
      const text = new TextDecoder().decode(bytes);
      const repeated = this.#echo.startsWith(text);
      this.#echo = repeated ? this.#echo.slice(text.length) : "";
      if (repeated) return;
    }
    // The stream's bytes lie in memory that is used again.
    if (this.#output === undefined) this.log.write(bytes);
    else this.#pieces.push(bytes.slice());
  };

  /** What is printed from now on comes from this line. */
  begin({ command, output }: Line): void {
    this.#echo = `\n-- Running command \`${command}' --\n`;
    this.#output = output;
  }

  /** What was printed since the last line belongs to the file that this line wrote, but for what came before and an error. */
  end(failed = false): void {
    if (this.#output === undefined) return;
    const text = new TextDecoder().decode(joined(this.#pieces.splice(0)));
    const start = /^\{$/m.exec(text)?.index ?? text.length;
    const error = failed ? text.indexOf("ERROR:", start) : -1;
    const said = text.slice(0, start) + (error === -1 ? "" : text.slice(error));
    this.log.write(new TextEncoder().encode(said));
    if (!failed) this.files[this.#output] = text.slice(start);
    this.#output = undefined;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function linesOf(script: string, outputs: readonly string[]): Line[] {
  return script.split(/(\bwrite_json \S+?(?=;|\s|$))/).flatMap((part): Line[] => {
    const output = /^write_json (.*)$/.exec(part)?.[1];
    if (output !== undefined && outputs.includes(output)) {
      return [{ command: "write_json", output }];
    }
    return part.split("\n").map((line) => line.replace(/^[\s;]+/, ""))
      .filter((line) => line !== "").map((line) => ({ command: line }));
  });
}
