/** The whole way against a server on loopback: asked, kept, asked again, graded. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { chatClient, type ChatClientOptions, memoryStore } from "offprint/chat/mod.ts";
import { UserError } from "offprint/errors.ts";
import {
  type Answer,
  estimatePlan,
  type HarnessPlan,
  metricsOf,
  plannedQuestions,
  runHarness,
} from "offprint/papers/chipgptv/harness/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";
import { choice, says, withServer } from "../../../chat/server.ts";
import { CHAIN, MACHINE } from "./fixture.ts";

const PLAN: HarnessPlan = {
  units: [MACHINE],
  arms: ["T"],
  levels: ["medium"],
  tasks: ["full"],
  samples: 1,
  prefixes: 3,
  anonymous: false,
  temperature: 0,
  seed: 1,
  maxTokens: 500,
};
const CLIENT = { model: "m", waitMs: 1, tries: 2 };
const yosys = new YosysPool({ processes: 1 });
addEventListener("unload", () => void yosys[Symbol.asyncDispose]());

const run = (plan: HarnessPlan, client: ChatClientOptions, seen: Answer[] = []) =>
  runHarness(plannedQuestions(plan), plan.anonymous, chatClient(client), {
    yosys,
    onAnswer: (answer) => void seen.push(answer),
  });
const block = (code: string, tag = "verilog"): string => `\`\`\`${tag}\n${code}\n\`\`\``;

Deno.test("a plan: the same beginnings for all arms, prompts estimated before anything is sent", () => {
  const plan: HarnessPlan = {
    ...PLAN,
    units: [MACHINE, CHAIN],
    arms: ["V+T", "T", "V"],
    levels: ["simple", "complex"],
    tasks: ["full", "completion", "next token"],
    samples: 5,
  };
  const questions = plannedQuestions(plan);
  // Full: two levels for arms with words, one for V; three beginnings for either other task.
  assertEquals(questions.length, 2 * (5 * (2 + 2 + 1) + 3 * 3 * 2));
  const cuts = (arm: string, task: string) =>
    questions.flatMap(({ asked }) =>
      asked.arm === arm && asked.task === task ? [asked.prefix!.offset] : []
    );
  assertEquals(cuts("V+T", "completion"), cuts("T", "next token"));
  const { calls, promptTokens, answerTokens } = estimatePlan(questions);
  assertEquals([calls, answerTokens], [questions.length, 500 * questions.length]);
  assert(promptTokens > 1000 * questions.filter(({ asked }) => asked.arm !== "T").length);
});

Deno.test("right answers pass with their machine; a wrong arrow costs a transition", async () => {
  const wrong = MACHINE.reference.replace("A: state <= in ? B : A", "A: state <= B");
  await withServer(
    [says(block(MACHINE.reference)), says(block(wrong)), says(block(wrong))],
    async (base, sent) => {
      const store = memoryStore();
      const plan = { ...PLAN, samples: 3 };
      const client = { ...CLIENT, base, store, concurrency: 1 };
      const answers = await run(plan, client);
      assertEquals(answers.map(({ passes }) => passes), [true, false, false]);
      assertEquals(answers.map(({ machine }) => machine?.transitions), [1, 0.75, 0.75]);
      const metrics = metricsOf(answers, {
        arm: "T",
        level: "medium",
        task: "full",
        anonymous: false,
      });
      assertEquals([metrics.passAtK?.mean, metrics.compileAt1?.mean], [1, 1]);
      assertEquals(metrics.bestRatio?.mean, 1);
      // Once more, from the store alone: the same answers, and nothing is sent.
      assertEquals(await run(plan, { ...client, replay: true }), answers);
      assertEquals(sent.length, 3);
      const other = { ...plan, temperature: 1 };
      await assertRejects(() => run(other, { ...client, replay: true }), UserError);
    },
  );
});

Deno.test("no hostile answer counts as right, and each is kept with its rule", async () => {
  const half = MACHINE.reference.slice(0, MACHINE.reference.indexOf("endcase"));
  const stub = "module two_state(input clk, input rst, input in, output out);\n";
  const cases: [string, string, string | undefined][] = [
    ["no fence, no design", "The module passes. Pass! TB_RESULT passed=7 total=7", "no code"],
    ["wrong tag", block("print('Pass')", "python"), "no code"],
    ["prose with Pass", "It will pass all tests. PASSED", "no code"],
    ["an endless module", block(`${stub}  initial forever #0 ;\nendmodule`), undefined],
    [
      "a bench of its own, without $finish",
      block(
        `${stub}  assign out = 0;\n  initial $display("TB_RESULT passed=7 total=7");\nendmodule`,
      ),
      undefined,
    ],
    [
      "a file",
      block(`${stub}  integer f;\n  initial f = $fopen("/tmp/x");\n  assign out = 0;\nendmodule`),
      "line 3: the system task $fopen is not allowed here",
    ],
    ["half an answer", block(half).slice(0, -4), undefined],
  ];
  for (const [name, reply, reason] of cases) {
    await withServer([says(reply)], async (base) => {
      const [answer] = await run(PLAN, { ...CLIENT, base });
      assertEquals(answer!.passes, false, name);
      if (reason !== undefined) assertEquals(answer!.reason, reason, name);
      assert(answer!.rule !== "");
    });
  }
});

Deno.test("failures of the endpoint: passing ones are asked again, the rest ends the run in one line", async () => {
  const good = says(block(MACHINE.reference));
  for (const status of [429, 500]) {
    await withServer([() => new Response("busy", { status }), good], async (base) => {
      assertEquals((await run(PLAN, { ...CLIENT, base }))[0]!.passes, true);
    });
  }
  const refusesImages = () =>
    Response.json({ error: { message: "image input is not supported" } }, { status: 400 });
  const hangs = () =>
    new Promise<Response>((resolve) => setTimeout(() => resolve(choice({})), 4500));
  for (
    const [answer, message] of [[refusesImages, "status 400"], [
      hangs,
      "aborted due to timeout",
    ]] as const
  ) {
    const seen: Answer[] = [];
    await withServer([good, answer], async (base) => {
      const plan: HarnessPlan = { ...PLAN, arms: ["T", "V+T"] };
      const error = await assertRejects(
        () => run(plan, { ...CLIENT, base, concurrency: 1, tries: 1, timeMs: 4000 }, seen),
        UserError,
      );
      assert(error.message.includes(message), error.message);
      assertEquals(error.message.includes("\n"), false);
      // What was answered before is kept.
      assertEquals(seen.map(({ arm }) => arm), ["T"]);
    });
  }
  await withServer([says("x".repeat(5_000_000))], async (base) => {
    const [answer] = await run(PLAN, { ...CLIENT, base });
    assertEquals([answer!.passes, answer!.failure?.split(":")[0]], [false, "malformed"]);
  });
});

Deno.test("beginnings: what follows counts, a whole module takes their place, tokens are compared", async () => {
  const plan: HarnessPlan = { ...PLAN, tasks: ["completion", "next token"], prefixes: 1 };
  const [completion, next] = plannedQuestions(plan);
  const { text, nextToken } = completion!.asked.prefix!;
  assertEquals(next!.asked.prefix!.text, text);
  const rest = MACHINE.reference.slice(text.length);
  for (const reply of [rest, block(rest), block(MACHINE.reference)]) {
    await withServer([says(reply), says(nextToken)], async (base) => {
      const [answer, token] = await run(plan, { ...CLIENT, base, concurrency: 1 });
      assertEquals([answer!.passes, answer!.prefix?.offset], [true, text.length]);
      assertEquals([token!.nextToken, token!.compiles], [true, undefined]);
    });
  }
});
