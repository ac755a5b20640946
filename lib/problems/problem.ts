/**
 * Something that a model is asked to write, and what became of an answer: whatever the language.
 *
 * @module
 */

/** What became of a candidate. */
export interface Verdict {
  /** A tool accepted it. */
  compiles: boolean;
  /** It does what was asked. */
  passes: boolean;
  /** Why not, in a line. */
  reason?: string;
}

/** One thing to write, and who says whether it is right. */
export interface Problem {
  name: string;
  /** Family, or level of difficulty. */
  group: string;
  judge(candidate: string): Promise<Verdict>;
}

/** What is taken out of a reply, and by which rule. */
export interface Candidate {
  text: string;
  rule: string;
}

/** A prompt, and how the model's reply becomes a candidate. */
export interface Question<Answer extends string | Candidate = string | Candidate> {
  prompt: string;
  answer(reply: string): Answer;
}
