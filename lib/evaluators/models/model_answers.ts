/**
 * A user's own program before a model behind a server: its opinions, and its rewrites where they are asked for.
 *
 * @module
 */
import { chatClient, type ChatClientOptions } from "offprint/chat/mod.ts";
import { stream } from "offprint/random.ts";
import { aggregate } from "../aggregate.ts";
import { optimise } from "../optimise/mod.ts";
import type { OwnProgram } from "../own_program.ts";
import type { Evaluation, Role } from "../records/contract.ts";
import { chatOpinions, chatOptimiser, loopCalls } from "./chat_evaluators.ts";

/** What the model is asked for. */
export interface ModelQuestions {
  client: ChatClientOptions;
  roles: readonly Role[];
  /** One call for all roles. */
  generalist: boolean;
  tokens: number;
  /** Rewrites; 0 asks for opinions alone. */
  rewrites: number;
  seed: number;
}

/** What came of it. */
export interface ModelAnswers {
  opinions: Evaluation[];
  /** The last program, where rewrites were asked for. */
  rewritten?: string;
  /** Rewrites that held no program, by why. */
  none: Record<string, number>;
}

/** The most calls and tokens of answers that a file will need, in one line. */
export function modelEstimate({ roles, generalist, rewrites, tokens }: ModelQuestions): string {
  const evaluators = generalist ? 1 : roles.length;
  const calls = rewrites === 0 ? evaluators : loopCalls(evaluators, rewrites);
  const answers = rewrites === 0 ? tokens : (rewrites + 1) * 3 * tokens;
  return `at most ${calls} calls and ${answers} tokens of answers a file`;
}

/** Asks the model about one program. Hidden tests do not exist here, so every rewrite is taken, as in the paper. */
export async function modelAnswers(
  { task, text }: OwnProgram,
  { client: options, roles, generalist, tokens, rewrites, seed }: ModelQuestions,
): Promise<ModelAnswers> {
  const client = chatClient(options);
  const asked = { tokens, seed, generalist };
  if (rewrites === 0) {
    return { opinions: await chatOpinions(client, task, text, roles, asked), none: {} };
  }
  const opinionsOf = new Map<string, Evaluation[]>();
  const optimiser = chatOptimiser(client, { tokens, seed });
  const rounds = await optimise({
    task,
    start: text,
    opinion: async (program) => {
      const opinions = opinionsOf.get(program) ??
        await chatOpinions(client, task, program, roles, asked);
      opinionsOf.set(program, opinions);
      return aggregate(opinions);
    },
    optimiser,
    iterations: rewrites,
    random: (iteration) => stream(seed, "rewrite", task.id, iteration),
    accept: "always",
  });
  const rewritten = rounds.at(-1)!.text;
  return { opinions: opinionsOf.get(rewritten)!, rewritten, none: optimiser.counts.none };
}
