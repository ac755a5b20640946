/** A judge behind an OpenAI-compatible address, on loopback: how it is asked, what is counted, and a step that trains on it. */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import { remoteTextModel } from "offprint/lm/text/mod.ts";
import { longestText, referenceOf } from "offprint/preference/pairs/mod.ts";
import {
  type Judge,
  judgeLabeller,
  type PairRecord,
  sailMethod,
} from "offprint/preference/sail/mod.ts";
import { ADAMW, policyConfig } from "offprint/papers/gradient_entanglement/mod.ts";
import { drawnWeights, somePairs } from "../fixtures.ts";

/** What a question asks. */
interface Asked {
  prompt: string;
  answers: [first: string, second: string];
  seed: unknown;
}

/** A server that answers each question by a function; `use` gets a judge that asks it, and what was asked. */
async function judged(
  answer: (asked: Asked, count: number) => string | Response,
  use: (judge: Judge<"server">, asked: Asked[]) => Promise<void>,
): Promise<void> {
  const asked: Asked[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      assertEquals(new URL(request.url).pathname, "/v1/chat/completions");
      const { messages, seed } = await request.json();
      const question: string = messages.at(-1).content;
      const part = (name: string) => new RegExp(`${name}: (.*)`).exec(question)![1]!;
      const one: Asked = {
        prompt: part("Prompt"),
        answers: [part("Answer 1"), part("Answer 2")],
        seed,
      };
      asked.push(one);
      const said = answer(one, asked.length);
      return typeof said === "string"
        ? Response.json({ choices: [{ message: { content: said }, finish_reason: "stop" }] })
        : said;
    },
  );
  try {
    const base = `http://127.0.0.1:${server.addr.port}/v1`;
    const model = remoteTextModel({ base, model: "judge" });
    const text = (tokens: readonly number[]): string => tokens.join(" ");
    await use(judgeLabeller({ name: "server", model, text, seed: 1 }), asked);
  } finally {
    await server.shutdown();
  }
}

const pair = { id: "a", prompt: [7, 8], responses: [[1, 2], [3, 4]] as const };
const scored = ({ answers }: Asked): string =>
  `Let me see. [[${answers.map((text) => Number(text.split(" ")[0]) % 10).join(", ")}]]`;

Deno.test("a judge on a server is asked about each pair in both orders", async () => {
  await judged(scored, async (judge, asked) => {
    assertEquals(await judge.label([pair]), [0]);
    assertEquals(asked.map(({ prompt, answers }) => [prompt, ...answers]), [
      ["7 8", "1 2", "3 4"],
      ["7 8", "3 4", "1 2"],
    ]);
    assertEquals(judge.counts, { read: 2, unreadable: 0, contradicted: 0 });
  });
});

Deno.test("answers of a server that cannot be read are asked again with another seed, given up after three, and counted", async () => {
  // Of the first order nothing can be read; the second is read at the second try.
  const answer = (asked: Asked, count: number) =>
    count <= 3 || count === 4 ? "I cannot say." : scored(asked);
  await judged(answer, async (judge, asked) => {
    assertEquals(await judge.label([pair]), [0]);
    assertEquals(asked.map(({ seed }) => seed), [1, 2, 3, 1, 2]);
    assertEquals(judge.counts, { read: 1, unreadable: 1, contradicted: 0 });
  });
});

Deno.test("a server that refuses is told in one line, and labels nothing", async () => {
  const refuse = () => Response.json({ error: { message: "no such model" } }, { status: 404 });
  await judged(refuse, async (judge) => {
    const error = await assertRejects(() => judge.label([pair]), UserError);
    assert(/404/.test(error.message) && !error.message.includes("\n"), error.message);
    assertEquals(judge.counts, { read: 0, unreadable: 0, contradicted: 0 });
  });
});

Deno.test("a step of DPR trains on the labels of a server", async () => {
  const config = policyConfig();
  const opened = (seed: number) =>
    OnnxEngine.open({
      config,
      optimizer: ADAMW,
      threads: 1,
      start: { parameters: drawnWeights(config, seed) },
    });
  const [engine, reference] = [await opened(3), await opened(4)];
  const pairs = somePairs(6);
  const known = await referenceOf(reference, pairs);
  // Likes the longer first token, whatever stands second.
  await judged(scored, async (judge, asked) => {
    const records: PairRecord[] = [];
    const method = sailMethod({
      mixture: { DPR: { share: 0.8, coefficient: 0.3 } },
      reference,
      end: 0,
      maxTokens: 4,
      seed: 2,
      labeller: judge,
      onRecord: (record) => records.push(record),
    });
    const { gradient } = await method.gradient(engine, {
      step: 1,
      indices: pairs.map((_, i) => i),
      pairs,
      reference: known.pairs,
      length: longestText(pairs),
    });
    const drawn = records.filter(({ route }) => route === "DPR");
    assert(drawn.length > 0 && gradient.every(Number.isFinite));
    assertEquals(asked.length, 2 * drawn.length);
    for (const { labelSource, labelProbability, responses: [first, second] } of drawn) {
      assertEquals(labelSource, "server");
      const [a, b] = [first[0]! % 10, second[0]! % 10];
      if (a !== b) assertEquals(labelProbability, a > b ? 1 : 0);
    }
    assertNotEquals(gradient.filter((value) => value !== 0).length, 0);
    assertEquals(judge.counts, { read: asked.length, unreadable: 0, contradicted: 0 });
  });
  await engine.close();
  await reference.close();
});
