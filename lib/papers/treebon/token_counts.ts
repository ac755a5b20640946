/**
 * A reward model that is an ordinary regression: it learns from whole texts and knows how often each token occurs and
 * how the text ends.
 *
 * @module
 */

/** Scores a text of tokens below some vocabulary size. */
export interface CountReward {
  score(tokens: readonly number[]): number;
}

/** Added to the diagonal of the normal equations. */
const RIDGE = 1;

/**
 * Ridge regression of rewards on token counts and the last token.
 *
 * @param texts whole texts, all of which it learns from.
 * @param rewards one for each text.
 */
export function fitCountReward(
  texts: readonly (readonly number[])[],
  rewards: readonly number[],
  vocabSize: number,
): CountReward {
  const size = 2 * vocabSize + 1;
  const features = (tokens: readonly number[]): Float64Array => {
    const row = new Float64Array(size);
    for (const token of tokens) row[token]!++;
    row[vocabSize + tokens.at(-1)!] = 1;
    row[2 * vocabSize] = 1;
    return row;
  };
  const normal = Array.from({ length: size }, (_, i) => {
    const row = new Float64Array(size + 1);
    // The constant is not held back.
    row[i] = i === size - 1 ? 1e-9 : RIDGE;
    return row;
  });
  texts.forEach((text, t) => {
    const row = features(text);
    for (let i = 0; i < size; i++) {
      if (row[i] === 0) continue;
      for (let j = 0; j < size; j++) normal[i]![j]! += row[i]! * row[j]!;
      normal[i]![size]! += row[i]! * rewards[t]!;
    }
  });
  const weights = solved(normal);
  return {
    score: (tokens) => features(tokens).reduce((sum, value, i) => sum + value * weights[i]!, 0),
  };
}

/** Solves `A x = b` for a positive definite A; each row of the argument is a row of A with b behind it. */
function solved(rows: Float64Array[]): Float64Array {
  const size = rows.length;
  for (let pivot = 0; pivot < size; pivot++) {
    for (let i = pivot + 1; i < size; i++) {
      const factor = rows[i]![pivot]! / rows[pivot]![pivot]!;
      if (factor === 0) continue;
      for (let j = pivot; j <= size; j++) rows[i]![j]! -= factor * rows[pivot]![j]!;
    }
  }
  const x = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    let rest = rows[i]![size]!;
    for (let j = i + 1; j < size; j++) rest -= rows[i]![j]! * x[j]!;
    x[i] = rest / rows[i]![i]!;
  }
  return x;
}
