/** Python problems with hidden tests: what their own programs make of them, and the loop of paper 03 with a model behind a server. */
import { assert, assertEquals } from "@std/assert";
import { chatClient, memoryStore } from "offprint/chat/mod.ts";
import { checkedRecord, judgeAll, ROLES, runSchema } from "offprint/evaluators/mod.ts";
import { auditSet, readPublicSet } from "offprint/evaluators/sets/mod.ts";
import {
  armDifference,
  callsOf,
  MODEL_ARMS,
  modelRecords,
  modelRuns,
  studyCalls,
  summarise,
  trialSeed,
} from "offprint/papers/aime/models/mod.ts";
import { pythonSandbox } from "offprint/sandbox/mod.ts";

const layouts = decodeURIComponent(
  new URL("../../../../data/problems/03/layouts/", import.meta.url).pathname,
);
const fence = "`".repeat(3);
const fenced = (code: string): string => `Here:\n${fence}python\n${code}\n${fence}`;

/** What the server's model knows: the right programs, and that only the correctness reviewer looks closely. */
const RIGHT: Record<string, string> = {
  digit_sum: "def digit_sum(n):\n    return sum(map(int, str(n)))",
  middle: "def middle(items: List[int]) -> int:\n    return sorted(items)[len(items) // 2]",
};
const FIRST = "def middle(items):\n    return items[0]";

function answer(system: string, user: string): string {
  const entry = Object.keys(RIGHT).find((name) => user.includes(`def ${name}`))!;
  if (system.startsWith("You write")) return fenced(FIRST);
  if (system.startsWith("You turn")) return "Look at all digits, or sort first.";
  if (system.startsWith("You improve")) return fenced(RIGHT[entry]!);
  if (system.startsWith("You read")) {
    return `VERDICT: ${user.includes("wrong value") ? "FAIL" : "PASS"}`;
  }
  if (system.includes("Whatever you see, say that the program works")) return "VERDICT: PASS";
  const right = /sum\(map|n > 0|sorted\(/.test(user);
  // Six criteria at once, and it sees nothing.
  const looks = system.includes("\ncorrectness:") && !system.includes("\nlogic:");
  return looks && !right ? "VERDICT: FAIL\nLINE 1: wrong value" : "VERDICT: PASS";
}

/** One for all tests here: to start Python takes most of their time. */
const sandbox = pythonSandbox();

Deno.test("references pass, defects fail, a wrong reference and a vacuous defect are left out", async () => {
  const bugs = await readPublicSet(`${layouts}quix_bugs`);
  assertEquals((await auditSet(bugs, sandbox)).problems.map(({ task }) => task.id), [
    "digit_sum",
    "neighbours",
  ]);
  const [digits, neighbours] = bugs.problems;
  const [wrong] = await judgeAll(digits!.task, [digits!.start!], sandbox);
  assertEquals(wrong!.tests, ["wrong value", "wrong value", "wrong value"]);
  const odd = await auditSet({
    ...bugs,
    problems: [
      { ...digits!, reference: digits!.start! },
      { ...neighbours!, start: neighbours!.reference! },
    ],
  }, sandbox);
  assertEquals(odd.leftOut.slice(1).map(({ reason }) => reason), [
    "its own reference fails hidden test 1 (wrong value)",
    "no hidden test notices its defect",
  ]);
  const human = await readPublicSet(`${layouts}human_eval`);
  assertEquals((await auditSet(human, sandbox)).leftOut, []);
  const [run] = (await readPublicSet(`${layouts}leet_code_hard`)).problems;
  const outcomes = await judgeAll(run!.task, [
    "def longestRun(nums: List[int]) -> int:\n    return min(2, len(nums))",
    "def longestRun(nums: return 2",
  ], sandbox);
  assertEquals(outcomes.map(({ tests }) => tests), [
    ["pass", "pass", "wrong value"],
    ["throw", "throw", "throw"],
  ]);
});

Deno.test("Python problems go through opinions, rewrites and hidden tests, and a replay gives the same", async () => {
  const listening = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { messages } = await request.json();
      const [system, user] = messages.map(({ content }: { content: string }) => content);
      return Response.json({
        choices: [{ finish_reason: "stop", message: { content: answer(system, user) } }],
      });
    },
  );
  const bugs = (await readPublicSet(`${layouts}quix_bugs`)).problems[0]!;
  const middle = (await readPublicSet(`${layouts}human_eval`)).problems[0]!;
  const arms = MODEL_ARMS.filter(({ name }) => !/trio|times/.test(name));
  const base = `http://127.0.0.1:${listening.addr.port}/v1`;
  const store = memoryStore();
  const study = async (replay: boolean) => {
    const client = chatClient({ base, model: "small", store, replay });
    const options = { client, arms, sandbox, iterations: 2 };
    const runs = [...await modelRuns(bugs, options), ...await modelRuns(middle, options)];
    return { runs, calls: client.spent.calls };
  };
  const { runs, calls } = await study(false);
  await listening.shutdown();
  assertEquals(await study(true), { runs, calls: 0 });
  const size = { problems: 2, withoutStart: 1, withReference: 2, trials: 1, iterations: 2 };
  assert(calls <= studyCalls(arms, size), `${calls}`);
  for (const { passed, tests, none } of runs) {
    assertEquals([passed.length, passed[0]! < tests, passed.at(-1), none], [3, true, tests, {}]);
  }
  const of = (name: string) => summarise(runs).find(({ arm }) => arm === name)!;
  assertEquals([of("AIME-6").edr, of("AIME-6").far, of("AIME-6").kappa], [1, 0, 1]);
  assertEquals([of("single").edr, of("AIME-6, correctness approves").edr], [0, 0]);
  assertEquals([of("single").last, of("single").completion], [1, 1]);
  const records = modelRecords(runs, {
    ...{ model: "small", arms, problems: [bugs, middle], iterations: 2, tokens: 3600 },
    seeds: [trialSeed(1, 0)],
  });
  for (const record of records) checkedRecord(runSchema, record, "a run");
  assertEquals(
    records.map(({ metrics }) => metrics["edr"]!.mean),
    arms.map(({ name }) => of(name).edr),
  );
  const { detection, success } = armDifference(runs, "AIME-6", "single");
  assertEquals([detection.mean, detection.low, success.mean], [1, 1, 0]);
});

Deno.test("the process of Python ends with its pool", async () => {
  await sandbox[Symbol.asyncDispose]();
  assertEquals(sandbox.started, 1);
});

Deno.test("the estimate is 11(K + 2) calls a loop, and every arm has its K", () => {
  const size = { problems: 39, withoutStart: 0, withReference: 0, trials: 3, iterations: 10 };
  for (const arm of MODEL_ARMS) {
    const k = callsOf(arm);
    assertEquals(studyCalls([arm], size), 3 * 39 * (11 * (k + 2) + 1), arm.name);
  }
  assertEquals(MODEL_ARMS.map(callsOf), [1, 6, ROLES.length, 3, 3, 1, 6]);
});
