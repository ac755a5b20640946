/**
 * Procedural statements as phrases. Each says where it ends, so nesting stays readable one way only.
 *
 * @module
 */
import type { Event, Statement, Trigger } from "../language/ast.ts";
import { expressionPhrase as say, namePhrase } from "./phrases.ts";

/** A statement in words, without a final period. */
export function statementPhrase(statement: Statement): string {
  switch (statement.kind) {
    case "null":
      return "nothing happens";
    case "block": {
      const steps = statement.statements.map(statementPhrase);
      return `first ${steps.join(", then ")}, end of sequence`;
    }
    case "if": {
      const { condition, yes, no } = statement;
      const other = no === undefined ? "" : `otherwise, ${statementPhrase(no)}; `;
      return `if ${say(condition)} is true, then ${statementPhrase(yes)}; ${other}end of if`;
    }
    case "case": {
      const items = statement.items.map(({ labels, body }) => {
        const when = labels.length === 0
          ? "in all other cases"
          : `when it is ${labels.map(say).join(" or ")}`;
        return `${when}, ${statementPhrase(body)}; `;
      });
      const wild = { case: "", casez: " (with wildcards)", casex: " (with wildcards, x too)" };
      return `depending on ${say(statement.subject)}${wild[statement.word]}: ${
        items.join("")
      }end of case`;
    }
    case "assignment": {
      const { blocking, target, value, delay } = statement;
      const wait = delay === undefined ? "" : `after ${say(delay)} time units `;
      const how = blocking ? "(blocking)" : "(non-blocking)";
      return `${say(target)} receives ${how} ${wait}${say(value)}`;
    }
    case "for": {
      const { variable, start, condition, step, body } = statement;
      const name = namePhrase(variable);
      return `for ${name} from ${say(start)} while ${say(condition)} stepping ${name} to ${
        say(step)
      }, ` +
        loop(body);
    }
    case "while":
      return `while ${say(statement.condition)}, ${loop(statement.body)}`;
    case "repeat":
      return `as many times as ${say(statement.count)}, ${loop(statement.body)}`;
    case "forever":
      return `forever, ${loop(statement.body)}`;
    case "delay":
      return `after ${say(statement.time)} time units, ${statementPhrase(statement.body)}`;
    case "task": {
      const list = statement.arguments;
      const name = namePhrase(statement.name);
      if (list.length === 0) return `task ${name} is called without arguments`;
      const count = `${list.length} ${list.length === 1 ? "argument" : "arguments"}`;
      return `task ${name} is called on ${count} ${list.map(say).join(", ")}`;
    }
    case "unsupported":
      return "a step without a rule follows";
  }
}

function loop(body: Statement): string {
  return `repeat ${statementPhrase(body)}, end of loop`;
}

/** What starts an always block: the end of its first sentence. */
export function triggerPhrase(trigger: Trigger): string {
  switch (trigger.kind) {
    case "none":
      return "repeats without a trigger";
    case "inputs":
      return "is triggered by any change of its inputs";
    case "combinational":
      return "is triggered by any change of its inputs and at the beginning";
    case "latch":
      return "is triggered by any change of its inputs and at the beginning, as a latch";
    case "events":
      return `is triggered by ${trigger.events.map(eventPhrase).join(" or ")}`;
  }
}

function eventPhrase({ edge, signal }: Event, at: number, events: readonly Event[]): string {
  if (edge === "posedge") return `the rising edge of ${say(signal)}`;
  if (edge === "negedge") return `the falling edge of ${say(signal)}`;
  const follows = at > 0 && events[at - 1]!.edge === undefined;
  return follows ? say(signal) : `any change of ${say(signal)}`;
}
