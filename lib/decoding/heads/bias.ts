/**
 * What weighting rejections does to a predictor, and back (paper 10, loss).
 *
 * @module
 */

/**
 * P̂ = a/(a + w (1 − a)): what the loss with rejections weighted `rejectionWeight` times teaches for true
 * acceptance `acceptance`. With weight 1 it is `acceptance` itself.
 */
export function biasedAcceptance(acceptance: number, rejectionWeight: number): number {
  return acceptance === 0 ? 0 : acceptance / (acceptance + rejectionWeight * (1 - acceptance));
}

/** The inverse of {@linkcode biasedAcceptance}: a = w P̂/(1 − P̂ + w P̂). */
export function unbiasedAcceptance(predicted: number, rejectionWeight: number): number {
  return predicted === 0
    ? 0
    : rejectionWeight * predicted / (1 - predicted + rejectionWeight * predicted);
}

/**
 * The pointwise loss, up to the normaliser: −w (1 − a) log(1 − P̂) − a log P̂. `Infinity` where a certain
 * prediction is wrong.
 */
export function weightedLoss(
  acceptance: number,
  predicted: number,
  rejectionWeight: number,
): number {
  const rejected = acceptance === 1 ? 0 : (1 - acceptance) * Math.log(1 - predicted);
  const accepted = acceptance === 0 ? 0 : acceptance * Math.log(predicted);
  return -(rejectionWeight * rejected) - accepted;
}

/**
 * KL(a ‖ P̂) of two coins in nats: the validation metric, unweighted. 0 where they agree, `Infinity` where a
 * certain prediction is wrong.
 */
export function binaryDivergence(acceptance: number, predicted: number): number {
  const part = (p: number, q: number): number => p === 0 ? 0 : p * Math.log(p / q);
  return part(acceptance, predicted) + part(1 - acceptance, 1 - predicted);
}

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** Mean prediction in the bin. */
  predicted: number;
  /** Mean true acceptance there. */
  acceptance: number;
  /** Mean of what the predictions say the acceptance is, their bias undone one by one. */
  expected: number;
  count: number;
}

/**
 * A reliability diagram: predictions sorted into `bins` equal parts of [0, 1], with the mean acceptance in
 * each. Empty bins are left out. For a head trained with weight w the points lie near the curve of
 * {@linkcode unbiasedAcceptance}, for w = 1 on the diagonal. Near only: the curve is bent, so the mean of its
 * values over a bin (`expected`) lies below its value at the mean. A calibrated head meets `expected`.
 *
 * @throws {RangeError} for lists of different length.
 */
export function reliability(
  acceptance: ArrayLike<number>,
  predicted: ArrayLike<number>,
  bins = 10,
  rejectionWeight = 1,
): ReliabilityBin[] {
  if (acceptance.length !== predicted.length) {
    throw new RangeError(
      `reliability: got ${acceptance.length} acceptances and ${predicted.length} predictions, expected the same number`,
    );
  }
  const sums = Array.from({ length: bins }, () => ({
    predicted: 0,
    acceptance: 0,
    expected: 0,
    count: 0,
  }));
  for (let i = 0; i < predicted.length; i++) {
    const bin = sums[Math.min(bins - 1, Math.floor(predicted[i]! * bins))]!;
    bin.predicted += predicted[i]!;
    bin.acceptance += acceptance[i]!;
    bin.expected += unbiasedAcceptance(predicted[i]!, rejectionWeight);
    bin.count++;
  }
  return sums.filter(({ count }) => count > 0).map((bin) => ({
    predicted: bin.predicted / bin.count,
    acceptance: bin.acceptance / bin.count,
    expected: bin.expected / bin.count,
    count: bin.count,
  }));
}
