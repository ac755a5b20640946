/** Costs that tests of known acceptance share. */

export const costs = { discard: 1, verification: 4 };

export const kinds = [{ acceptance: 0.98, share: 2 / 3 }, { acceptance: 0.5, share: 1 / 3 }];
