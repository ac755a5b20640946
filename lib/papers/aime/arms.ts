/**
 * The arms: who gives an opinion, and what the evaluators may use together.
 *
 * @module
 */
import {
  type Aggregate,
  aggregate,
  type Budget,
  cut,
  type Evaluation,
  evaluationOf,
  type Examination,
  generalistOf,
  type Heard,
  type Role,
  shareOf,
  UNLIMITED,
} from "offprint/evaluators/mod.ts";

/**
 * The roles of the paper, in the order in which their texts are joined. Arms and committed results hold these six, however many
 * roles `offprint/evaluators` has by now.
 */
export const PAPER_ROLES = [
  "syntax",
  "logic",
  "correctness",
  "readability",
  "runtime",
  "redundancy",
] as const satisfies readonly Role[];

/** One of the six. */
export type PaperRole = typeof PAPER_ROLES[number];

/** One way of asking for opinions. */
export interface Arm {
  name: string;
  roles: readonly PaperRole[];
  /** One evaluator with the rules of all its roles, instead of one for each. */
  generalist?: boolean;
  /** How often the one role is asked, each time on other random inputs. */
  times?: number;
  /** How budgets go with the number of evaluators. Default `shared`: all together have one budget. */
  budget?: "shared" | "sixth each" | "none";
  /** The correctness role, or the generalist, always approves or always complains. */
  adversary?: "approves" | "complains";
}

/** Roles that look for defects of function, and those that look at quality. */
export const INFORMATIVE_TRIO: readonly PaperRole[] = ["syntax", "logic", "correctness"];
export const QUALITY_TRIO: readonly PaperRole[] = ["readability", "runtime", "redundancy"];

/** Times that the repeated evaluator is asked. */
export const REPETITIONS = 6;

const armOf = (roles: readonly PaperRole[]): Arm => ({
  name: roles.length === PAPER_ROLES.length ? "AIME-6" : roles.join(" + "),
  roles,
});

/** Every set of roles that is not empty, small ones first: 63 arms. */
export const SUBSET_ARMS: readonly Arm[] = Array.from(
  { length: 2 ** PAPER_ROLES.length - 1 },
  (_, k) => PAPER_ROLES.filter((_role, at) => (k + 1) >> at & 1),
).sort((a, b) => a.length - b.length).map(armOf);

/** All six roles. */
export const AIME: Arm = armOf(PAPER_ROLES);
/** One evaluator with the rules of all roles and the whole budget. */
export const GENERALIST: Arm = { name: "generalist", roles: PAPER_ROLES, generalist: true };
/** The same without any limit. */
export const UNLIMITED_GENERALIST: Arm = {
  ...GENERALIST,
  name: "unlimited generalist",
  budget: "none",
};
/** All six roles without any limit: what the unlimited generalist must equal. */
export const UNLIMITED_AIME: Arm = { ...AIME, name: "AIME-6, unlimited", budget: "none" };
/** One role asked six times, to tell roles and repetition apart. */
export const REPEATED: Arm = {
  name: `correctness, ${REPETITIONS} times`,
  roles: ["correctness"],
  times: REPETITIONS,
};
/** One of six lies, or the only one does. */
export const ADVERSARIAL_ARMS: readonly Arm[] = (["approves", "complains"] as const).flatMap((
  adversary,
) => [
  { ...AIME, name: `AIME-6, correctness ${adversary}`, adversary },
  { ...GENERALIST, name: `generalist ${adversary}`, adversary },
]);

/** A role's arm. */
export function roleArm(role: PaperRole): Arm {
  return armOf([role]);
}

/** How many evaluators an arm has. */
export function evaluatorsOf({ roles, generalist = false, times = 1 }: Arm): number {
  return generalist ? 1 : roles.length * times;
}

/** What one of its evaluators may use of a total budget. */
export function budgetOf(arm: Arm, total: Budget): Budget {
  switch (arm.budget ?? "shared") {
    case "none":
      return UNLIMITED;
    case "sixth each":
      return shareOf(total, PAPER_ROLES.length);
    case "shared":
      return shareOf(total, evaluatorsOf(arm));
  }
}

/** What was found in one program, by role, without any budget; samples of the correctness role come in their order. */
export interface HeardProgram {
  roles: Record<PaperRole, Heard>;
  /** The correctness role on other inputs: samples 1, 2, … */
  samples: readonly Heard[];
}

/** What an arm says, without words. */
export interface ArmVerdict {
  flagged: boolean;
  /** By each evaluator, in order. */
  each: readonly boolean[];
  /** Evaluators that a budget cut. */
  truncated: number;
  tokens: number;
  work: number;
}

/** The verdict of an arm on what was heard. */
export function armVerdict(arm: Arm, { roles, samples }: HeardProgram, total: Budget): ArmVerdict {
  const budget = budgetOf(arm, total);
  const reports: Heard[][] = arm.generalist === true
    ? [arm.roles.map((role) => roles[role])]
    : arm.times !== undefined
    ? [roles.correctness, ...samples].slice(0, arm.times).map((heard) => [heard])
    : arm.roles.map((role) => [roles[role]]);
  const cuts = reports.map((heard) => cut(heard, budget));
  const each = cuts.map(({ flagged }, at) => {
    const lies = arm.adversary !== undefined &&
      (arm.generalist === true || arm.roles[at] === "correctness");
    return lies ? arm.adversary === "complains" : flagged;
  });
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return {
    flagged: each.some(Boolean),
    each,
    truncated: cuts.filter(({ truncated }) => truncated).length,
    tokens: sum(cuts.map(({ tokens }) => tokens)),
    work: sum(cuts.map(({ work }) => work)),
  };
}

/**
 * What an arm tells the optimiser about a program.
 *
 * @param examinations What was found; a repeated arm has one for each time.
 */
export function armAggregate(
  arm: Arm,
  text: string,
  examinations: readonly Examination[],
  total: Budget,
): Aggregate {
  const budget = budgetOf(arm, total);
  const [first] = examinations as [Examination];
  const opinions = arm.generalist === true
    ? [generalistOf(text, first, budget, arm.roles)]
    : arm.times !== undefined
    ? examinations.slice(0, arm.times).map((each) =>
      evaluationOf(text, "correctness", each, budget)
    )
    : arm.roles.map((role) => evaluationOf(text, role, first, budget));
  return aggregate(
    opinions.map((opinion) =>
      arm.adversary !== undefined && /^(generalist|correctness)$/.test(opinion.role)
        ? lie(opinion, arm.adversary, text)
        : opinion
    ),
  );
}

function lie(opinion: Evaluation, adversary: "approves" | "complains", text: string): Evaluation {
  if (adversary === "approves") {
    return { ...opinion, text: "VERDICT: PASS", findings: [], verdict: "pass" };
  }
  const finding = {
    span: { start: 0, end: text.length },
    category: "value",
    severity: "error" as const,
    confidence: 1,
    message: "this is wrong",
  };
  return {
    ...opinion,
    text: `VERDICT: FAIL\nerror (value) at 0-${text.length}: this is wrong`,
    findings: [finding],
    verdict: "fail",
  };
}
