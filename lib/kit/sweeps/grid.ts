/**
 * Axes as they are typed in a shell: `K=2,4,8`, `h=0.3:0.7:0.2`, `noise=0.1:10:log3`.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { type Axes, logSpace, type Parameter, range } from "offprint/sweeps/mod.ts";

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const RANGE = new RegExp(`^(${NUMBER}):(${NUMBER})(?::(log)?(${NUMBER}))?$`, "i");

/**
 * Reads axes. Values are separated by commas; `a:b:step` stands for a range with both ends, `a:b:logN` for N numbers
 * of equal ratio.
 *
 * @param typeOf the type of a parameter as its source has it; decides whether `2` is a number or a text.
 * @throws {UserError} for what is no axis, an axis given twice or without values, and a range that makes no sense.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readGrid } from "offprint/kit/sweeps/mod.ts";
 *
 * const typeOf = (name: string) => name === "word" ? "string" : "number";
 * assertEquals(readGrid(["K=2,4,8", "h=0.3:0.7:0.2", "word=2,b"], typeOf), {
 *   K: [2, 4, 8],
 *   h: [0.3, 0.5, 0.7],
 *   word: ["2", "b"],
 * });
 * ```
 */
export function readGrid(
  texts: readonly string[],
  typeOf: (name: string) => string | undefined,
): Axes {
  const axes: Record<string, Parameter[]> = {};
  for (const text of texts) {
    const at = text.indexOf("=");
    const name = text.slice(0, Math.max(0, at)).trim();
    if (name === "") {
      throw new UserError({
        what: "--grid",
        got: text,
        expected: "NAME=VALUES",
        todo: "Write for example --grid 'K=2,4,8' 'h=0.3:0.7:0.2'.",
      });
    }
    if (Object.hasOwn(axes, name)) {
      throw new UserError({
        what: `--grid, axis ${name}`,
        got: new Described("the axis twice"),
        expected: "each axis once",
        todo: `Put all its values into one: --grid '${name}=1,2'.`,
      });
    }
    const list = text.slice(at + 1).trim();
    const type = typeOf(name) ?? "";
    axes[name] = list === ""
      ? []
      : list.split(",").flatMap((value) =>
        asTyped(value.trim(), name, () => valuesOf(value.trim(), type))
      );
    if (axes[name].length === 0) {
      throw new UserError({
        what: `--grid, axis ${name}`,
        got: new Described("no value"),
        expected: "at least one",
        todo: `Write for example --grid '${name}=1,2,4'.`,
      });
    }
  }
  return axes;
}

/** What is wrong with a range, in the words of a shell. */
function asTyped<T>(text: string, name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const example = text.includes("log") ? "0.1:10:log3" : "0.3:0.7:0.2";
    throw new UserError({
      ...error.parts,
      what: `--grid ${name}, ${error.parts.what}`,
      todo: `Write for example --grid '${name}=${example}'.`,
    });
  }
}

/** One value or range; what does not fit its type stays a text, which the check of the type refuses. */
function valuesOf(text: string, type: string): Parameter[] {
  const choices = type.split("|").map((choice) => choice.trim());
  if (choices.includes("string") || choices.includes(JSON.stringify(text))) return [text];
  if (choices.includes("boolean") && /^(?:true|false)$/.test(text)) return [text === "true"];
  const [, start, stop, log, step] = RANGE.exec(text) ?? [];
  if (start === undefined || stop === undefined) {
    return [new RegExp(`^${NUMBER}$`, "i").test(text) ? Number(text) : text];
  }
  return log === undefined
    ? range(Number(start), Number(stop), ...(step === undefined ? [] : [Number(step)]))
    : logSpace(Number(start), Number(stop), Number(step));
}
