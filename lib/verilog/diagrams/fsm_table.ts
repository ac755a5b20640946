/**
 * The table that Yosys's `fsm_info` prints, read. It carries the real codes of the states; the KISS2 file of `fsm_export`
 * is not used, since that command fails an internal assertion after a machine whose register is a port.
 *
 * @module
 */

/** A machine as `fsm_info` prints it. */
export interface FsmTable {
  /** The state register. */
  register: string;
  /** Control inputs by number; those that Yosys made itself begin with `$`. */
  inputs: string[];
  /** The code of each state by number, highest bit first. */
  codes: string[];
  /** The number of the reset state, when there is one. */
  reset?: number;
  /** Product terms: `guard` has a digit for each input, input 0 first. */
  rows: { from: number; guard: string; to: number }[];
}

/** Every machine of a log. */
export function readFsmTables(log: string): FsmTable[] {
  const from = log.lastIndexOf("Executing FSM_INFO");
  return log.slice(from === -1 ? log.length : from).split(/^FSM `/m).slice(1).map((text) => {
    const reset = /^\s+(\d+):\s+\d+'\S+\s+<RESET STATE>/m.exec(text);
    return {
      register: bare(/Information on FSM .*\((\S+)\):/.exec(text)?.[1] ?? ""),
      inputs: section(text, "Input signals:").map((line) => bare(line.replace(/^\s*\d+: /, ""))),
      codes: section(text, "State encoding:").map((line) => /'([01x]+)/.exec(line)![1]!),
      ...(reset === null ? {} : { reset: Number(reset[1]) }),
      rows: section(text, "Transition Table").map((line) => {
        const [, from, guard, to] = /:\s*(\d+) (?:\d+'([01-]*)|\S+)\s+->\s+(\d+) /.exec(line)!;
        return {
          from: Number(from),
          guard: [...guard ?? ""].reverse().join(""),
          to: Number(to),
        };
      }),
    };
  });
}

/** The numbered lines below a heading. */
function section(text: string, heading: string): string[] {
  const lines = text.slice(text.indexOf(heading)).split("\n").slice(1);
  const end = lines.findIndex((line) => !/^\s+\d+:/.test(line));
  return text.includes(heading) ? lines.slice(0, end === -1 ? undefined : end) : [];
}

/** A name as the design has it: `\a [1]` is `a[1]`. */
function bare(name: string): string {
  return name.replace(/^\\/, "").replace(" [", "[").trim();
}
