/**
 * The classroom: an assignment out of a master notebook, and the grading of what students hand in.
 *
 * Begin with `readAssignment` in `form/assignment.ts`: solutions, graded cells and what they need. `release.ts` makes the students'
 * notebook and refuses to when something would leak. `gradeAll` in `grade_all.ts` grades a folder: `submissions.ts` takes the answers
 * out of a notebook, `question_module.ts` makes a module of each question, `limited_child.ts` runs it in a process that may
 * do little, and `judge.ts` decides elsewhere, so that no expected value is ever beside a student's code.
 *
 * @module
 */
export {
  type Assignment,
  assignmentSchema,
  checksumOf,
  type Nbgrader,
  nbgraderOf,
  nbgraderSchema,
  type Question,
  readAssignment,
  regionsOf,
} from "./form/mod.ts";
export { type ClassReport, gradeAll, type GradeOptions, type StudentResult } from "./grade_all.ts";
export { feedbackPage, OUTCOMES } from "./feedback.ts";
export { gradeAnswers, type GradedQuestion, type TestStatus } from "./grade_submission.ts";
export { Judge } from "./judge.ts";
export { GRADING_LIMITS, type GradingLimits, LimitedChild } from "./limited_child.ts";
export { QuestionModules } from "./question_module.ts";
export { checkRelease, keyNotebook, studentNotebook, survivor } from "./release.ts";
export { listSubmissions, readSubmission, textDigest } from "./submissions.ts";
export { writeReport } from "./write_report.ts";
export { FOLDERS, gradingSeed, openAssignment, writeAssignment } from "./write_assignment.ts";
export { fingerprints, type SimilarPair, similarPairs } from "./similar.ts";
