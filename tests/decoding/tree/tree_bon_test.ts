/** TreeBoN: its identities, its accounts, texts that end early, and what it refuses. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  bestOfN,
  checkTree,
  estimatedFlops,
  logRatioScore,
  oracleScore,
  randomScore,
  rewardFunction,
  textOf,
  treeBon,
  type TreeBonOptions,
} from "offprint/decoding/tree/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovChain, markovModel } from "offprint/lm/exact/mod.ts";
import { modelReader } from "offprint/lm/interface/mod.ts";
import {
  END,
  endingModel,
  FAIR_BITS,
  ONES,
  ones,
  streams,
  tunedModel,
  tunedScore,
} from "./tree_fixtures.ts";

/** A tree over texts that end early. */
function ending(more: Partial<TreeBonOptions> = {}): TreeBonOptions {
  return {
    policy: endingModel(0.1),
    reward: ONES,
    prompt: [2],
    n: 12,
    layers: 3,
    children: 3,
    maxTokens: 17,
    stop: END,
    score: tunedScore("weighted"),
    random: streams(5),
    ...more,
  };
}

Deno.test("one layer, and one child under any score, are best-of-N token for token", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = streams(seed);
    const plain = await bestOfN(ending({ random }));
    for (const score of ["weighted", "sum", "mean", "logp-mean"].map(tunedScore)) {
      for (const shape of [{ layers: 1, children: 3 }, { layers: 3, children: 1 }]) {
        const tree = await treeBon(ending({ random, score, ...shape }));
        assertEquals(tree.tokens, plain.tokens);
        assertEquals(tree.reward, plain.reward);
        assertEquals(tree.account.generated, plain.account.generated);
      }
    }
  }
});

Deno.test("one text and one child are plain sampling; as many children as texts keep one parent", async () => {
  const single = await treeBon(ending({ n: 1, children: 1 }));
  const drawn = await bestOfN(ending({ n: 1 }));
  assertEquals(single.tokens, drawn.tokens);
  const { nodes } = await treeBon(
    ending({ n: 6, children: 6, policy: endingModel(0), score: tunedScore("sum") }),
  );
  for (const layer of [1, 2]) {
    assertEquals(
      nodes.filter((node) => node.layer === layer && node.outcome === "parent").length,
      1,
    );
  }
});

Deno.test("tokens are counted as the paper's costs say: policy, incremental scoring, reward", async () => {
  const policy = endingModel(0);
  for (const [n, maxTokens, layers] of [[128, 192, 4], [8, 192, 4], [16, 48, 3]] as const) {
    const options = ending({ policy, n, maxTokens, layers, children: 4, stop: [] });
    const { account } = await treeBon(options);
    assertEquals(account.generated, n * maxTokens);
    assertEquals(account.scorer, n * maxTokens * (layers - 1) / layers);
    assertEquals(account.reward, n * maxTokens);
    assert(account.policy <= account.generated);
    const equal = { policy: 1, scorer: 1, reward: 1 };
    const plain = await bestOfN(options);
    assertAlmostEquals(
      estimatedFlops(account, equal) / estimatedFlops(plain.account, equal),
      1 + (layers - 1) / layers / 2,
      1e-12,
    );
  }
});

Deno.test("no token follows the end, finished parents are kept once, and no finished text is lost", async () => {
  let reassigned = 0;
  let finishedEarly = 0;
  for (let seed = 0; seed < 60; seed++) {
    const options = ending({ policy: endingModel(0.25), random: streams(seed) });
    const { nodes, account, tokens, chosen } = await treeBon(options);
    assert(account.generated <= options.n * options.maxTokens);
    assertEquals(account.generated, nodes.reduce((sum, node) => sum + node.tokens.length, 0));
    for (const node of nodes) {
      const text = textOf(nodes, node.id);
      assert(text.length <= options.maxTokens);
      assertEquals(text.slice(0, -1).includes(END), false);
      if (node.finished) {
        finishedEarly++;
        assert(node.reward !== undefined, "every finished text is ranked");
        assertEquals(nodes.some(({ parent }) => parent === node.id), false);
      }
    }
    const best = Math.max(...nodes.flatMap(({ reward }) => reward ?? []));
    assertEquals(nodes[chosen]!.reward, best);
    assertEquals(textOf(nodes, chosen), tokens);
    assertEquals(nodes.filter(({ outcome }) => outcome === "chosen").length, 1);
    reassigned += account.reassignedSlots;
  }
  assert(reassigned > 0 && finishedEarly > 0);
});

Deno.test("results depend neither on the batch nor on the order in which siblings are drawn", async () => {
  const whole = await treeBon(ending());
  for (const batch of [1, 2, 5, 64]) {
    const other = await treeBon(ending({ batch }));
    assertEquals(other.tokens, whole.tokens);
    assertEquals(other.nodes, whole.nodes);
  }
  // The stream of a path is its own: opening them in another order changes nothing.
  const opened = new Map<string, ReturnType<ReturnType<typeof streams>>>();
  const paths: number[][] = whole.nodes.map(({ path }) => [...path]);
  for (const path of paths.toReversed()) opened.set(path.join(), streams(5)(path));
  const permuted = await treeBon(ending({ random: (path) => opened.get(path.join())! }));
  assertEquals(permuted.tokens, whole.tokens);
});

Deno.test("a first child continues its parent's stream, another child opens its own", async () => {
  const asked: string[] = [];
  const random = (path: readonly number[]) => {
    asked.push(path.join("."));
    return streams(3)(path);
  };
  const { nodes } = await treeBon(ending({ policy: endingModel(0), random, stop: [] }));
  assertEquals(new Set(asked).size, asked.length);
  for (const { layer, path } of nodes) {
    assertEquals(asked.includes(path.join(".")), layer === 1 || path.at(-1) !== 0);
  }
});

Deno.test("kept log-probabilities are the policy's own, whatever the temperature", async () => {
  const policy = endingModel(0.05);
  for (const temperature of [0.7, 1]) {
    const { nodes } = await treeBon(ending({ policy, warp: warp({ temperature }) }));
    const reader = modelReader(policy);
    for (const node of nodes.slice(-6)) {
      const before = node.parent === undefined ? [] : textOf(nodes, node.parent);
      const text = await reader.open([2, ...before]);
      const [again] = await reader.read([text], [node.tokens]);
      node.logProbs.forEach((logProb, i) => assertAlmostEquals(logProb, again![i]!, 1e-6));
    }
  }
});

Deno.test("a tree is refused with one clear line when its sizes or models do not fit", async () => {
  const refused = (more: Partial<TreeBonOptions>, line: string) =>
    assertRejects(() => treeBon(ending(more)), UserError, line);
  await refused(
    { n: 10 },
    "n: got 10, expected a multiple of children, which is 3. Give for example 9.",
  );
  await refused({ layers: 18 }, "layers: got 18, expected at most maxTokens, which is 17");
  await refused({ n: 0 }, "n: got 0, expected a whole number of at least 1");
  await refused(
    { score: logRatioScore("sum", modelReader(FAIR_BITS)) },
    'scoring model "fair bits" for policy "ending": got vocabularies of 2 and 4 tokens',
  );
  const short = markovModel(
    markovChain({
      name: "short",
      vocabSize: 4,
      first: [1, 0, 0, 0],
      next: () => [1, 0, 0, 0],
      steps: 12,
    }),
  );
  await refused({ policy: short }, 'expected at most 11, for the context of "short" is 12 tokens');
  await refused(
    { reward: rewardFunction("broken", () => NaN) },
    'reward "broken": got NaN for text 1 of',
  );
  await refused(
    { policy: endingModel(0), reward: { name: "forgetful", score: () => Promise.resolve([1]) } },
    'reward "forgetful": got 1 numbers for 12 texts, expected one for each text',
  );
  await refused(
    { score: oracleScore(() => NaN) },
    'partial score "oracle": got NaN for text 1 of',
  );
  assertThrows(
    () => checkTree({ n: 4, layers: 0, children: 2, maxTokens: 3 }),
    UserError,
    "layers",
  );
  assertThrows(() => logRatioScore("best", modelReader(tunedModel())), UserError, "weighted, sum");
});

Deno.test("equal scores keep the lower index, and distinct leaves are counted", async () => {
  const constant = markovModel(
    markovChain({ name: "constant", vocabSize: 2, first: [1, 0], next: () => [1, 0] }),
  );
  const { nodes, account, tokens } = await treeBon({
    policy: constant,
    reward: ONES,
    n: 4,
    children: 2,
    layers: 2,
    maxTokens: 4,
    score: oracleScore(ones),
    random: streams(1),
  });
  assertEquals(tokens, [0, 0, 0, 0]);
  assertEquals(account.distinctLeaves, 1);
  assertEquals(nodes.filter(({ outcome }) => outcome === "parent").map(({ id }) => id), [0, 1]);
});

Deno.test("noise of a node is its own", async () => {
  const { nodes } = await treeBon(ending({ score: randomScore(streams(1, "noise")) }));
  const noise = nodes.flatMap(({ score }) => score ?? []);
  assertEquals(new Set(noise).size, noise.length);
});
