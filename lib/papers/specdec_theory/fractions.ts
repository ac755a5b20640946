/**
 * Exact fractions of whole numbers, for theorems that should hold to the last digit.
 *
 * @module
 */

/**
 * A fraction in lowest terms with positive denominator.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Rational } from "offprint/papers/specdec_theory/mod.ts";
 *
 * assertEquals(Rational.of(1, 4).plus(Rational.of(3, 20)).toString(), "2/5");
 * ```
 */
export class Rational {
  static readonly zero: Rational = new Rational(0n, 1n);
  static readonly one: Rational = new Rational(1n, 1n);

  private constructor(readonly numerator: bigint, readonly denominator: bigint) {}

  /** `numerator / denominator`, reduced. @throws {RangeError} when the denominator is 0 or a number is not whole. */
  static of(numerator: bigint | number, denominator: bigint | number = 1n): Rational {
    const n = BigInt(numerator);
    const d = BigInt(denominator);
    if (d === 0n) throw new RangeError(`Rational: got ${n}/0, expected a denominator other than 0`);
    let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d];
    while (b !== 0n) [a, b] = [b, a % b];
    const sign = d < 0n ? -1n : 1n;
    return new Rational(sign * n / a, sign * d / a);
  }

  plus(other: Rational): Rational {
    return Rational.of(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  minus(other: Rational): Rational {
    return this.plus(new Rational(-other.numerator, other.denominator));
  }

  times(other: Rational): Rational {
    return Rational.of(
      this.numerator * other.numerator,
      this.denominator * other.denominator,
    );
  }

  /** @throws {RangeError} when `other` is 0. */
  over(other: Rational): Rational {
    return Rational.of(
      this.numerator * other.denominator,
      this.denominator * other.numerator,
    );
  }

  /** The value, or 0 where it is negative. */
  positivePart(): Rational {
    return this.numerator > 0n ? this : Rational.zero;
  }

  equals(other: Rational): boolean {
    return this.numerator === other.numerator && this.denominator === other.denominator;
  }

  /** The nearest double, also where numerator and denominator exceed the range of doubles. */
  toNumber(): number {
    const bits = (value: bigint) => value.toString(2).length;
    const size = bits(this.numerator < 0n ? -this.numerator : this.numerator);
    // 64 more bits than the quotient needs, so that the integer division rounds below the last bit.
    const shift = BigInt(Math.max(0, bits(this.denominator) - size + 64));
    return Number((this.numerator << shift) / this.denominator) / 2 ** Number(shift);
  }

  toString(): string {
    return this.denominator === 1n ? `${this.numerator}` : `${this.numerator}/${this.denominator}`;
  }
}

/** A homogeneous chain with fractions for probabilities. */
export interface RationalChain {
  /** Law of the first token. */
  first: Rational[];
  /** Law of the next token after each token. */
  rows: Rational[][];
}

/** The two-state example of paper 02 in fractions. */
export function twoStateFractions(): { draft: RationalChain; target: RationalChain } {
  const row = (...tenths: number[]) => tenths.map((value) => Rational.of(value, 10));
  return {
    target: { first: row(5, 5), rows: [row(9, 1), row(3, 7)] },
    draft: { first: [Rational.of(3, 4), Rational.of(1, 4)], rows: [row(7, 3), row(4, 6)] },
  };
}

/**
 * Theorem 3 in exact arithmetic, with the normalised residuals qᵐ of its statement: E[N_rej] of batch
 * speculative decoding with `drafts` drafts; Theorem 1 for one draft.
 *
 * @throws {RangeError} unless `steps` ≥ 0 and `drafts` ≥ 1 are whole numbers.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exactRejections, twoStateFractions } from "offprint/papers/specdec_theory/mod.ts";
 *
 * assertEquals(exactRejections(twoStateFractions(), 5, 1).toString(), "2239/2500");
 * assertEquals(exactRejections(twoStateFractions(), 2, 2).toString(), "261/800");
 * ```
 */
export function exactRejections(
  { draft, target }: { draft: RationalChain; target: RationalChain },
  steps: number,
  drafts: number,
): Rational {
  if (!(Number.isInteger(steps) && steps >= 0 && Number.isInteger(drafts) && drafts >= 1)) {
    throw new RangeError(
      `exactRejections: got ${steps} steps and ${drafts} drafts, expected whole numbers ≥ 0 and ≥ 1`,
    );
  }
  let total = Rational.zero;
  let law = [Rational.one];
  let f = [Rational.one];
  for (let step = 1; step <= steps; step++) {
    const size = target.first.length;
    const lawNext = new Array<Rational>(size).fill(Rational.zero);
    const fNext = new Array<Rational>(size).fill(Rational.zero);
    for (let previous = 0; previous < law.length; previous++) {
      const q = step === 1 ? target.first : target.rows[previous]!;
      const p = step === 1 ? draft.first : draft.rows[previous]!;
      const { product, last } = residuals(q, p, drafts);
      const fresh = f[previous]!;
      const running = law[previous]!.minus(fresh);
      total = total.plus(fresh.times(product)).plus(running.times(excess(q, p)));
      for (let token = 0; token < size; token++) {
        lawNext[token] = lawNext[token]!.plus(law[previous]!.times(q[token]!));
        fNext[token] = fNext[token]!
          .plus(fresh.times(product).times(last[token]!))
          .plus(running.times(q[token]!.minus(p[token]!).positivePart()));
      }
    }
    law = lawNext;
    f = fNext;
  }
  return total;
}

/** Σ max(q − p, 0), the total variation. */
function excess(q: Rational[], p: Rational[]): Rational {
  return q.reduce(
    (sum, value, token) => sum.plus(value.minus(p[token]!).positivePart()),
    Rational.zero,
  );
}

/** Πₘ TV(qᵐ, p) and q^{M+1} by repeated normalisation; q^{M+1} is 0 where the product is. */
function residuals(
  q: Rational[],
  p: Rational[],
  drafts: number,
): { product: Rational; last: Rational[] } {
  let product = Rational.one;
  let last = q;
  for (let m = 1; m <= drafts; m++) {
    const distance = excess(last, p);
    product = product.times(distance);
    if (distance.equals(Rational.zero)) return { product, last: q.map(() => Rational.zero) };
    last = last.map((value, token) => value.minus(p[token]!).positivePart().over(distance));
  }
  return { product, last };
}
