import { assertEquals, assertThrows } from "@std/assert";
import { inflateSync } from "node:zlib";
import { imagePart } from "offprint/chat/mod.ts";
import { UserError } from "offprint/errors.ts";
import { blankLike, pictureSize, whitePng } from "offprint/papers/chipgptv/harness/mod.ts";

Deno.test("a white picture is a PNG of the size asked for, all bits 1", () => {
  const png = whitePng(17, 3);
  assertEquals(imagePart(png, "white.png").mediaType, "image/png");
  assertEquals(pictureSize(blankLike(png)), { width: 17, height: 3 });
  const data = png.subarray(
    png.findIndex((_, at) =>
      new TextDecoder("latin1").decode(png.subarray(at, at + 4)) === "IDAT"
    ) + 4,
  );
  const rows = inflateSync(data);
  assertEquals([...rows], [0, 255, 255, 255, 0, 255, 255, 255, 0, 255, 255, 255]);
});

Deno.test("what is no PNG is refused in one line", () => {
  assertThrows(() => pictureSize(new Uint8Array(40)), UserError, "expected a PNG picture");
});
