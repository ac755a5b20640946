/**
 * Verilog as a stream of tokens. Comments and blanks lie between tokens and belong to none; every
 * token knows where it is, so text can be cut exactly.
 *
 * @module
 */

/** What a token is. `directive` is a compiler directive or macro use, with its backtick. */
export type TokenKind =
  | "identifier"
  | "keyword"
  | "number"
  | "string"
  | "operator"
  | "punctuation"
  | "directive"
  | "other";

/** One token: `text` is the file from `start` (included) to `end` (excluded), in UTF-16 units. */
export interface Token {
  kind: TokenKind;
  text: string;
  start: number;
  end: number;
}

/** Reserved words of Verilog-2005 and those of SystemVerilog that its grammar tells from names. */
const KEYWORDS: ReadonlySet<string> = new Set(
  ("always always_comb always_ff always_latch and assert assign assume automatic begin bit break buf bufif0 " +
    "bufif1 byte case casex casez cmos const continue deassign default defparam disable do edge else end endcase " +
    "endfunction endgenerate endinterface endmodule endpackage endprimitive endproperty endspecify endtable " +
    "endtask enum event export extends final for force forever fork function generate genvar highz0 highz1 if " +
    "iff ifnone import initial inout input inside int integer interface join join_any join_none large localparam " +
    "logic longint macromodule medium modport module nand negedge nmos nor not notif0 notif1 or output package " +
    "packed parameter pmos posedge primitive priority program property pull0 pull1 pulldown pullup rcmos real " +
    "realtime ref reg release repeat return rnmos rpmos rtran rtranif0 rtranif1 scalared sequence shortint " +
    "shortreal signed small specify specparam static strong0 strong1 struct supply0 supply1 table task time " +
    "timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg typedef union unique unsigned " +
    "var vectored void wait wand weak0 weak1 while wire with wor xnor xor")
    .split(" "),
);

/** Numbers of the groups of the pattern of a token. */
const GROUPS = { blank: 1, string: 2, number: 3, word: 4, directive: 5, symbol: 6 } as const;

/** Longest first, so that `<<<` is one operator. */
const SYMBOLS = [
  ...["<<<=", ">>>=", "===", "!==", "==?", "!=?", "<<<", ">>>", "<<=", ">>=", "&&&", "<->"],
  ...[
    "==",
    "!=",
    "<=",
    ">=",
    "&&",
    "||",
    "**",
    "<<",
    ">>",
    "~&",
    "~|",
    "~^",
    "^~",
    "+:",
    "-:",
    "->",
    "::",
  ],
  ...["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "++", "--", "##", ".*", "'{"],
  ..."+-*/%&|^~!<>=?:()[]{};,.#@$'".split(""),
];

const PUNCTUATION = new Set([
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ";",
  ",",
  ".",
  "#",
  "@",
  ":",
  "::",
  "##",
  ".*",
  "'{",
  "'",
]);

/** Its groups are numbered by {@linkcode GROUPS}: names would cost an object a token. */
const TOKEN_PATTERN = new RegExp(
  [
    String.raw`(\s+|//[^\n]*|/\*[^]*?(?:\*/|$))`,
    String.raw`("(?:\\[^]|[^"\\\n])*"?)`,
    // A sized or based literal may hold blanks between its parts; it is one token all the same.
    String
      .raw`((?:\d[\d_]*\s*)?'[sS]?(?:[bB]\s*[01xXzZ?_]+|[oO]\s*[0-7xXzZ?_]+|[dD]\s*[0-9xXzZ?_]+|[hH]\s*[0-9a-fA-FxXzZ?_]+)` +
    String.raw`|'[01xXzZ](?![\w$])|\d[\d_]*(?:\.[\d_]+)?(?:[eE][+-]?\d+)?)`,
    String.raw`(\\\S+|\$?[A-Za-z_][\w$]*)`,
    String.raw`(` + "`" + String.raw`[A-Za-z_]\w*)`,
    "(" + SYMBOLS.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|") +
    ")",
    String.raw`[^]`,
  ].join("|"),
  "gy",
);

/**
 * The tokens of `text`, in order. Never fails: a character that begins no token becomes a token of
 * kind `other`, and an unclosed comment or string reaches to its line's or the file's end.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lex } from "offprint/verilog/tokens/mod.ts";
 *
 * assertEquals(lex("a <= 4'd3; // end").map(({ text }) => text), ["a", "<=", "4'd3", ";"]);
 * ```
 */
export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN_PATTERN.lastIndex = 0;
  for (let match = TOKEN_PATTERN.exec(text); match !== null; match = TOKEN_PATTERN.exec(text)) {
    if (match[GROUPS.blank] !== undefined) continue;
    const start = match.index;
    const piece = match[0];
    tokens.push({ kind: kindOf(match), text: piece, start, end: start + piece.length });
  }
  return tokens;
}

function kindOf(match: RegExpExecArray): TokenKind {
  const text = match[0];
  if (match[GROUPS.word] !== undefined) return KEYWORDS.has(text) ? "keyword" : "identifier";
  if (match[GROUPS.symbol] !== undefined) return PUNCTUATION.has(text) ? "punctuation" : "operator";
  if (match[GROUPS.number] !== undefined) return "number";
  if (match[GROUPS.string] !== undefined) return "string";
  return match[GROUPS.directive] !== undefined ? "directive" : "other";
}

/** The name a token stands for: `\abc` is the name `abc`, while `\a+b` and `\begin` need their backslash. */
export function plainName(text: string): string {
  const bare = text.slice(1);
  return /^\\[A-Za-z_][\w$]*$/.test(text) && !KEYWORDS.has(bare) ? bare : text;
}

/** A name without the backslash that escapes it, as tools print it. */
export function bareName(name: string): string {
  return name.startsWith("\\") ? name.slice(1) : name;
}

/** The name that a tool prints without its backslash: the inverse of {@linkcode bareName}. */
export function namedBy(bare: string): string {
  return plainName(`\\${bare}`);
}
