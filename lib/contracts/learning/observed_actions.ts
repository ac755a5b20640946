/**
 * What learners that watch the agent's actions ask for before they start.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";

/**
 * Refuses a game whose actions are hidden.
 *
 * @param learner its name, for the message
 * @throws {UserError} unless actions are observed.
 */
export function requireObservedActions(
  learner: string,
  game: { readonly observed: boolean },
): void {
  if (game.observed) return;
  throw new UserError({
    what: learner,
    got: new Described("observeAction: false"),
    expected: "a game in which the agent's actions are seen",
    todo: "Leave observeAction out, or tell actions apart with queryHiddenAction.",
  });
}
