import { assert, assertEquals } from "@std/assert";
import { plainPicture } from "offprint/verilog/pictures/mod.ts";

Deno.test("what is drawn stays, in its order and place; what is only read back goes", () => {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:s="notes" width="9"><style>.d .type{x:1}</style>
  <!-- a comment --><title>G</title>
  <g s:type="generic" id="cell_a" transform="translate(1,2)">
    <s:alias val="a"/>
    <rect width="8" class="cell_a"/>
    <text x="4" class="type">a b</text>
  </g>
  <line x1="1" class="net_4 width_2"/>
</svg>`;
  assertEquals(
    plainPicture(svg),
    '<svg xmlns="http://www.w3.org/2000/svg" width="9"><style>.d .type{x:1}</style>' +
      '<g transform="translate(1,2)"><rect width="8"/><text x="4" class="type">a b</text></g>' +
      '<line x1="1"/></svg>',
  );
  assert(plainPicture(plainPicture(svg)) === plainPicture(svg));
});
