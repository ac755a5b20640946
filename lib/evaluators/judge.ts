/**
 * What the hidden tests say about a program. Evaluators and optimisers never see this.
 *
 * @module
 */
import type { SandboxJob, SandboxPool, SandboxResult } from "offprint/sandbox/mod.ts";
import { PYTHON_TEST_LIMITS, TEST_LIMITS } from "./records/limits.ts";
import type { Outcome, Task, TestStatus } from "./records/contract.ts";

/** Outcomes of many programs of one task, in their order. The sandbox must be one for the task's language. */
export async function judgeAll(
  task: Task,
  texts: readonly string[],
  sandbox: SandboxPool,
): Promise<Outcome[]> {
  const results = await sandbox.runAll(texts.map((code): SandboxJob => ({
    code: task.harness === undefined ? code : `${code}\n${task.harness}`,
    calls: task.hiddenTests.map(({ args, entry = task.entry }) => ({ entry, args })),
    limits: task.language === "python" ? PYTHON_TEST_LIMITS : TEST_LIMITS,
    ...(task.prelude === undefined ? {} : { prelude: task.prelude }),
  })));
  return results.map((result) => ({ tests: statuses(task, result) }));
}

/** Whether every test passes. */
export function passesAll({ tests }: Outcome): boolean {
  return tests.every((status) => status === "pass");
}

function statuses({ hiddenTests }: Task, { status, calls }: SandboxResult): TestStatus[] {
  const kinds = { value: "wrong value", throw: "throw", time: "time-out" } as Record<
    string,
    TestStatus
  >;
  return hiddenTests.map(({ expected }, at) => {
    const call = calls[at];
    if (status !== "ran" || call === undefined) {
      return status === "syntax" || status === "throw" ? "throw" : kinds[status] ?? "crash";
    }
    if (call.status === "value" && call.value === expected) return "pass";
    return kinds[call.status] ?? "crash";
  });
}
