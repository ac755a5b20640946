/**
 * What Verilog leaves unknown, as maps for Yosys's `techmap`. Yosys picks a value where the language says
 * x: the quotient by zero, a bit past the end of a vector, a sum of which one bit is unknown. Synthesis may;
 * a simulator and a proof that two designs behave alike may not (IEEE 1364-2005, sections 5.1.5 and 5.2.1).
 *
 * @module
 */

const PARAMETERS =
  `parameter A_SIGNED = 0; parameter B_SIGNED = 0; parameter A_WIDTH = 1; parameter B_WIDTH = 1; parameter Y_WIDTH = 1;
  input [A_WIDTH-1:0] A; input [B_WIDTH-1:0] B; output [Y_WIDTH-1:0] Y;`;
const SAME =
  ".A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED), .A_WIDTH(A_WIDTH), .B_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)";

const binary = (cell: string, body: string) =>
  `module \\${cell} (A, B, Y);
  ${PARAMETERS}
  wire [Y_WIDTH-1:0] known;
  \\${cell} #(${SAME}) inner (.A(A), .B(B), .Y(known));
  ${body}
endmodule
`;

const BY_ZERO = ["$div", "$mod", "$divfloor", "$modfloor"];
/**
 * A division no wider than its operands: a quotient and a remainder need no more bits than the wider operand,
 * one more when both are signed. A divider of 32 bits, as wide as an integer beside it, is beyond a proof.
 */
const division = (cell: string, body: string) =>
  `module \\${cell} (A, B, Y);
  ${PARAMETERS}
  localparam SIGNED = A_SIGNED && B_SIGNED;
  localparam MOST = (A_WIDTH > B_WIDTH ? A_WIDTH : B_WIDTH) + SIGNED;
  localparam WIDTH = A_SIGNED != B_SIGNED || MOST > Y_WIDTH ? Y_WIDTH : MOST;
  wire [WIDTH-1:0] narrow;
  \\${cell} #(.A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED), .A_WIDTH(A_WIDTH), .B_WIDTH(B_WIDTH), .Y_WIDTH(WIDTH))
    inner (.A(A), .B(B), .Y(narrow));
  wire [Y_WIDTH-1:0] known = {{Y_WIDTH{SIGNED && narrow[WIDTH-1]}}, narrow};
  ${body}
endmodule
`;
const DIVIDED = BY_ZERO.map((cell) => division(cell, "assign Y = |B ? known : {Y_WIDTH{1'bx}};"));

/** Square and multiply, from the exponent's highest bit; for a negative exponent see table 5-6 of the standard. */
const POWER = `module \\$pow (A, B, Y);
  ${PARAMETERS}
  wire [Y_WIDTH-1:0] base;
  parameter _TECHMAP_CONSTMSK_B_ = 0; parameter _TECHMAP_CONSTVAL_B_ = 0;
  localparam FIXED = &_TECHMAP_CONSTMSK_B_[B_WIDTH-1:0];
  generate
    if (A_SIGNED) begin : extended wire signed [A_WIDTH-1:0] a = A; assign base = a; end
    else begin : plain assign base = A; end
  endgenerate
  wire [Y_WIDTH*(B_WIDTH+1)-1:0] steps;
  assign steps[Y_WIDTH*B_WIDTH +: Y_WIDTH] = 1;
  genvar i;
  generate
    for (i = B_WIDTH - 1; i >= 0; i = i - 1) if (FIXED && (_TECHMAP_CONSTVAL_B_ >> i) == 0) begin : leading
      assign steps[Y_WIDTH*i +: Y_WIDTH] = 1;
    end else if (FIXED && (_TECHMAP_CONSTVAL_B_ >> i) == 1) begin : first
      assign steps[Y_WIDTH*i +: Y_WIDTH] = base;
    end else begin : bits
      wire [Y_WIDTH-1:0] above = steps[Y_WIDTH*(i+1) +: Y_WIDTH];
      wire [Y_WIDTH-1:0] square = above * above;
      wire [Y_WIDTH-1:0] times = square * base;
      assign steps[Y_WIDTH*i +: Y_WIDTH] = B[i] ? times : square;
    end
  endgenerate
  wire below = B_SIGNED && B[B_WIDTH-1];
  wire one = A == 1 && !(A_SIGNED && A_WIDTH == 1);
  wire minus = A_SIGNED && &A;
  wire [Y_WIDTH-1:0] inverse = ~|A ? {Y_WIDTH{1'bx}} : one ? 1 : minus ? (B[0] ? {Y_WIDTH{1'b1}} : 1) : 0;
  wire unknown = (^{A, B}) ^ (^{A, B});
  assign Y = (below ? inverse : steps[0 +: Y_WIDTH]) ^ {Y_WIDTH{unknown}};
endmodule
`;

/** Division by zero and powers, for the solver, which has the other rules itself. */
export const DIVISION_BY_ZERO: string = [...DIVIDED, POWER].join("");

// An exclusive-or with itself is 0, or x when a bit is unknown.
const WHOLE = "wire unknown = (^{A, B}) ^ (^{A, B}); assign Y = known ^ {Y_WIDTH{unknown}};";
const ARITHMETIC = [
  ...["$add", "$sub", "$mul"].map((cell) => binary(cell, WHOLE)),
  // The answer is one bit, whatever its place is wide.
  ...["$lt", "$le", "$gt", "$ge"].map((cell) =>
    binary(cell, WHOLE.replace("{Y_WIDTH{unknown}}", "unknown"))
  ),
];
const WHOLE_DIVIDED = BY_ZERO.map((cell) =>
  division(cell, WHOLE.replace("known ^", "(|B ? known : {Y_WIDTH{1'bx}}) ^"))
);
// An unknown distance leaves nothing known; unknown data stays in its place.
const SHIFTS = ["$shl", "$shr", "$sshl", "$sshr"].map((cell) =>
  binary(cell, "wire unknown = (^B) ^ (^B); assign Y = known ^ {Y_WIDTH{unknown}};")
);
/**
 * The place that is written by `y[i] = …`, for which alone Yosys uses this cell: an unknown `i` writes nothing
 * (IEEE 1364-2005, section 9.2.2 with 4.2.1).
 */
const WRITING = binary(
  "$shift",
  `wire place;
  offprint_same is_known (.A((^B) ^ (^B)), .B(1'b0), .Y(place));
  assign Y = known & {Y_WIDTH{place}};`,
);

const NEGATION = `module \\$neg (A, Y);
  parameter A_SIGNED = 0; parameter A_WIDTH = 1; parameter Y_WIDTH = 1;
  input [A_WIDTH-1:0] A; output [Y_WIDTH-1:0] Y;
  wire [Y_WIDTH-1:0] known;
  \\$neg #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) inner (.A(A), .Y(known));
  wire unknown = (^A) ^ (^A);
  assign Y = known ^ {Y_WIDTH{unknown}};
endmodule
`;

/** Bits selected past either end are x, each for itself. */
const SELECTION = binary(
  "$shiftx",
  `wire unknown = (^B) ^ (^B);
  genvar i;
  generate
    if (!B_SIGNED && B_WIDTH < 20 && (1 << B_WIDTH) + Y_WIDTH - 1 <= A_WIDTH) begin : inside
      assign Y = known ^ {Y_WIDTH{unknown}};
    end else for (i = 0; i < Y_WIDTH; i = i + 1) begin : bits
      wire signed [B_WIDTH+33:0] at = (B_SIGNED ? {{34{B[B_WIDTH-1]}}, B} : {34'b0, B}) + i;
      wire beyond = at[B_WIDTH+33] || at[B_WIDTH+32:0] >= A_WIDTH;
      assign Y[i] = (beyond ? 1'bx : known[i]) ^ unknown;
    end
  endgenerate`,
);

/** All rules, for a simulator of gates. */
export const UNKNOWN_VALUES: string = [
  ...ARITHMETIC,
  ...WHOLE_DIVIDED,
  ...SHIFTS,
  WRITING,
  NEGATION,
  POWER,
  SELECTION,
].join("");

/** Gates that see whether a value is known, which no gate of a technology can. */
export const KNOWING_CELLS: string =
  "(* blackbox *) module offprint_is_one (input A, output Y); endmodule\n" +
  "(* blackbox *) module offprint_same (input A, input B, output Y); endmodule\n" +
  // A choice with `?:`, and the multiplexers that `if` and `case` become.
  "(* blackbox *) module offprint_choice #(parameter WIDTH = 1) " +
  "(input [WIDTH-1:0] A, B, input S, output [WIDTH-1:0] Y); endmodule\n" +
  "(* blackbox *) module offprint_branch #(parameter WIDTH = 1) " +
  "(input [WIDTH-1:0] A, B, input S, output [WIDTH-1:0] Y); endmodule\n" +
  "(* blackbox *) module offprint_cases #(parameter WIDTH = 1, S_WIDTH = 1) " +
  "(input [WIDTH-1:0] A, input [WIDTH*S_WIDTH-1:0] B, input [S_WIDTH-1:0] S, output [WIDTH-1:0] Y); endmodule\n";

/** `if` and `case` take the other branch when their condition is unknown; `===` compares unknown bits too. */
export const BRANCHES: string = `module offprint_branch (A, B, S, Y);
  parameter WIDTH = 1;
  input [WIDTH-1:0] A, B; input S; output [WIDTH-1:0] Y;
  wire taken;
  offprint_is_one is_one (.A(S), .Y(taken));
  assign Y = taken ? B : A;
endmodule
module offprint_cases (A, B, S, Y);
  parameter WIDTH = 1; parameter S_WIDTH = 1;
  input [WIDTH-1:0] A; input [WIDTH*S_WIDTH-1:0] B; input [S_WIDTH-1:0] S; output [WIDTH-1:0] Y;
  wire [WIDTH*(S_WIDTH+1)-1:0] steps;
  assign steps[0 +: WIDTH] = A;
  genvar i;
  generate for (i = 0; i < S_WIDTH; i = i + 1) begin : cases
    wire taken;
    offprint_is_one is_one (.A(S[i]), .Y(taken));
    assign steps[WIDTH*(i+1) +: WIDTH] = taken ? B[WIDTH*i +: WIDTH] : steps[WIDTH*i +: WIDTH];
  end endgenerate
  assign Y = steps[WIDTH*S_WIDTH +: WIDTH];
endmodule
module offprint_choice (A, B, S, Y);
  parameter WIDTH = 1;
  input [WIDTH-1:0] A, B; input S; output [WIDTH-1:0] Y;
  assign Y = S ? B : A;
endmodule
${
  [["$eqx", "assign Y = &same;"], ["$nex", "assign Y = ~&same;"]].map(([cell, result]) =>
    `module \\${cell} (A, B, Y);
  ${PARAMETERS}
  localparam WIDTH = A_WIDTH > B_WIDTH ? A_WIDTH : B_WIDTH;
  localparam SIGNED = A_SIGNED && B_SIGNED;
  wire [WIDTH-1:0] same;
  genvar i;
  generate for (i = 0; i < WIDTH; i = i + 1) begin : bits
    offprint_same is_same (.A(i < A_WIDTH ? A[i] : SIGNED ? A[A_WIDTH-1] : 1'b0),
      .B(i < B_WIDTH ? B[i] : SIGNED ? B[B_WIDTH-1] : 1'b0), .Y(same[i]));
  end endgenerate
  ${result}
endmodule
`
  ).join("")
}`;
