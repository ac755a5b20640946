/**
 * Gates made one at a time. What a constant decides is not made, so that a design has no more gates and no more
 * loops than it needs; three-valued results are those of the gates that are left out.
 *
 * @module
 */
import { CONSTANT_NETS, type Gate, type Net } from "./gates.ts";

const { zero: ZERO, one: ONE, unknown: X } = CONSTANT_NETS;

/** Makes gates and the nets between them. */
export class GateBuilder {
  readonly gates: Gate[] = [];
  #next: Net = X + 1;

  /** How many nets there are now, constants included. */
  get nets(): number {
    return this.#next;
  }

  /** A net that nothing drives yet. */
  net(): Net {
    return this.#next++;
  }

  /** `target` has the value of `source`. */
  drive(target: Net, source: Net): void {
    this.gates.push({ type: "BUF", inputs: [source], output: target });
  }

  gate(type: string, ...inputs: Net[]): Net {
    const output = this.net();
    this.gates.push({ type, inputs, output });
    return output;
  }

  not(a: Net): Net {
    return a === ZERO ? ONE : a === ONE ? ZERO : a === X ? X : this.gate("NOT", a);
  }

  and(a: Net, b: Net): Net {
    if (a === ZERO || b === ZERO) return ZERO;
    if (a === ONE) return b;
    return b === ONE || a === b ? a : this.gate("AND", a, b);
  }

  or(a: Net, b: Net): Net {
    if (a === ONE || b === ONE) return ONE;
    if (a === ZERO) return b;
    return b === ZERO || a === b ? a : this.gate("OR", a, b);
  }

  /** Unknown where either is, even of a net with itself. */
  xor(a: Net, b: Net): Net {
    if (a === X || b === X) return X;
    if (a === ZERO) return b;
    if (b === ZERO) return a;
    if (a === ONE) return this.not(b);
    return b === ONE ? this.not(a) : this.gate("XOR", a, b);
  }

  /** `b` where `select` is 1; what both agree on where it is unknown. */
  mux(a: Net, b: Net, select: Net): Net {
    if (a === b || select === ZERO) return a;
    return select === ONE ? b : this.gate("MUX", a, b, select);
  }

  /** 1 where `a` is 1, 0 where it is 0 or unknown. */
  isOne(a: Net): Net {
    return a === ZERO || a === X ? ZERO : a === ONE ? ONE : this.gate("is_one", a);
  }

  /** 1 where both have the same of the three values, else 0. */
  same(a: Net, b: Net): Net {
    if (a <= X && b <= X) return a === b ? ONE : ZERO;
    return a === b ? ONE : this.gate("same", a, b);
  }

  any(bits: readonly Net[]): Net {
    return bits.reduce((all, bit) => this.or(all, bit), ZERO);
  }

  all(bits: readonly Net[]): Net {
    return bits.reduce((all, bit) => this.and(all, bit), ONE);
  }

  parity(bits: readonly Net[]): Net {
    return bits.reduce((all, bit) => this.xor(all, bit), ZERO);
  }

  /** Unknown where one of the bits is, else 0. */
  unknownIn(bits: readonly Net[]): Net {
    const parity = this.parity(bits);
    return this.xor(parity, parity);
  }

  /** `a + b + carry`, as wide as both, and the carry out. */
  sum(a: readonly Net[], b: readonly Net[], carry: Net): { sum: Net[]; carry: Net } {
    const sum = a.map((bit, at) => {
      const half = this.xor(bit, b[at]!);
      const out = this.xor(half, carry);
      carry = this.or(this.and(bit, b[at]!), this.and(half, carry));
      return out;
    });
    return { sum, carry };
  }
}
