/**
 * Finds a module's reset: what must be held before its outputs mean anything.
 *
 * @module
 */
import type { Expression, Module } from "./ast.ts";

/** An input and the value that resets. */
export interface Reset {
  port: string;
  active: 0 | 1;
}

/**
 * The input that the first clocked process tests first: `if (rst)`, `if (!rst_n)`, `if (rst == 1'b1)`.
 * Nothing for modules without clocked processes or without such a test.
 */
export function resetOf(module: Module): Reset | undefined {
  const inputs = new Set(
    module.ports.filter(({ direction, range }) => direction === "input" && range === undefined)
      .map(({ name }) => name),
  );
  for (const item of module.items) {
    if (item.kind !== "always" || item.trigger.kind !== "events") continue;
    const events = item.trigger.events;
    if (!events.some(({ edge }) => edge !== undefined)) continue;
    const first = item.body.kind === "block" ? item.body.statements[0] : item.body;
    if (first?.kind !== "if") continue;
    const reset = tested(first.condition);
    if (reset !== undefined && inputs.has(reset.port)) {
      const edge = events.find(({ signal }) =>
        signal.kind === "name" && signal.name === reset.port
      );
      // Reset by enable look alike; an edge in the list, or a name that says so, tells them apart.
      if (edge !== undefined || /re?se?t|clea?r|init/i.test(reset.port)) return reset;
    }
  }
  return undefined;
}

function tested(condition: Expression): Reset | undefined {
  if (condition.kind === "name") return { port: condition.name, active: 1 };
  if (condition.kind === "unary" && (condition.operator === "!" || condition.operator === "~")) {
    const inner = tested(condition.operand);
    return inner === undefined
      ? undefined
      : { port: inner.port, active: inner.active === 1 ? 0 : 1 };
  }
  if (condition.kind !== "binary" || condition.operator !== "==") return undefined;
  const { left, right } = condition;
  if (left.kind !== "name" || right.kind !== "literal") return undefined;
  if (/^(1'b|1'd)?1$/.test(right.text)) return { port: left.name, active: 1 };
  return /^(1'b|1'd)?0$/.test(right.text) ? { port: left.name, active: 0 } : undefined;
}
