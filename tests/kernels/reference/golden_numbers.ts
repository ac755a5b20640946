/** Numbers worked out by hand from the formats of COMET. */

export const w = [6, -2, 2, -7, 1, -8, 7, -1];

export const a = [100, -128, 127, 3, -45, 77, -1, 12];

export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

export const X = [[0.88, -0.4, 0.2, 1.4, 30, -12, 0.5, 6], [-1, 0.7, 0.1, -0.6, -24, 18, -1.5, 3]];
