/**
 * Names of the families of SpecDec++ that are measured.
 *
 * @module
 */

/** The family name of SpecDec++ with a committed head of one weight. */
export function headFamily(rejectionWeight: number): string {
  return `SpecDec++, w = ${rejectionWeight}`;
}

/** SpecDec++ with the true acceptance, and with a head whose input is shuffled. */
export const ORACLE_FAMILY = "SpecDec++, oracle";
export const SHUFFLED_HEAD_FAMILY = "SpecDec++, shuffled head";
