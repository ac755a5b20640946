/**
 * The harness of paper 06: answers graded, beside compiling and running the same benches in Icarus; a stored run replayed.
 *
 * @module
 */
import {
  chatClient,
  type ChatRequest,
  folderStore,
  requestBody,
  requestHash,
} from "offprint/chat/mod.ts";
import { type BenchRow, interleaved, lessIsBetter } from "offprint/kit/bench/report.ts";
import { askedUnit, gradeCandidate } from "offprint/papers/chipgptv/harness/mod.ts";
import { readUnits } from "offprint/papers/chipgptv/units/mod.ts";
import { mutate } from "offprint/verilog/mutants/mod.ts";
import { runInIcarus } from "offprint/verilog/simulate/mod.ts";
import { findIcarus, YosysPool } from "offprint/verilog/tools/mod.ts";

const STORED = 1000;
const ANSWERS = 5;

/** Both rows; grading takes some minutes where Icarus is installed. */
export async function harnessRows(): Promise<BenchRow[]> {
  return [await replayRow(), ...await gradingRows()];
}

/** A thousand stored exchanges, read back through the client without a network. */
async function replayRow(): Promise<BenchRow> {
  const folder = await Deno.makeTempDir({ prefix: "offprint-bench-" });
  try {
    const [base, model] = ["http://127.0.0.1:9/v1", "m"];
    const store = folderStore(folder);
    const requests: ChatRequest[] = Array.from({ length: STORED }, (_, at) => ({
      messages: [{
        role: "user",
        content: `Write module m${at}. ${"It has two ports. ".repeat(60)}`,
      }],
      seed: at,
      maxTokens: 3000,
    }));
    const content = "```verilog\n" + "assign y = a;\n".repeat(80) + "```";
    const reply = JSON.stringify({ choices: [{ finish_reason: "stop", message: { content } }] });
    const address = `${base}/chat/completions`;
    for (const request of requests) {
      const body = requestBody(model, request);
      const exchange = {
        format: 1,
        address,
        request: body,
        sample: 0,
        status: 200,
        reply,
      } as const;
      await store.write(requestHash(address, body), exchange);
    }
    const { replay } = await interleaved({
      replay: () => chatClient({ base, model, store, replay: true }).askAll(requests),
    }, 3);
    return lessIsBetter({
      name: "replay a stored run",
      shape: `${STORED} requests of about 300 tokens`,
      ours: replay,
      peer: 2,
      peerName: "the goal of 2 s",
      unit: "s",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The reference and four mutants of each unit, graded once; every candidate is another text. */
async function gradingRows(): Promise<BenchRow[]> {
  const units = (await readUnits()).map((unit) => askedUnit(unit));
  const candidates = await Promise.all(units.map(async (unit) => [
    unit.reference,
    ...(await mutate(unit.reference, { seed: 1, count: ANSWERS - 1 })).map(({ text }) => text),
  ]));
  const icarus = await findIcarus();
  await using yosys = new YosysPool({ processes: 2 });
  // Two at a time on either side.
  const all = async (grade: (at: number, candidate: string) => Promise<unknown>): Promise<void> => {
    const work = candidates.flatMap((of, at) => of.map((candidate) => ({ at, candidate })));
    const worker = async (): Promise<void> => {
      for (let next = work.pop(); next !== undefined; next = work.pop()) {
        await grade(next.at, next.candidate);
      }
    };
    await Promise.all([worker(), worker()]);
  };
  const { ours, peer = NaN } = await interleaved<"ours" | "peer">({
    ours: () => all((at, candidate) => gradeCandidate(units[at]!, candidate, { yosys })),
    ...(icarus === undefined
      ? {}
      : { peer: () => all((at, candidate) => runInIcarus(candidate, units[at]!.bench, icarus)) }),
  } as Record<"ours" | "peer", () => Promise<void>>, 1);
  const count = candidates.flat().length;
  const row = { name: "grade answers", shape: `${count} answers to 33 units`, ours, unit: "s" };
  return [
    lessIsBetter({ ...row, peer: 120, peerName: "the goal of 120 s" }),
    ...(icarus === undefined ? [] : [lessIsBetter({ ...row, peer, peerName: icarus.version })]),
  ];
}
