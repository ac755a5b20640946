import { assert, assertEquals, assertMatch } from "@std/assert";
import { withPictureFiles } from "offprint/kit/site/markup/picture_files.ts";

const picture = (svg: string) =>
  `<img class="offprint-figure-image" src="data:image/svg+xml;base64,${btoa(svg)}" alt="a">`;
const large = (more: string) => `<svg>${'<path d="M0 0h9"/>'.repeat(200)}${more}</svg>`;

Deno.test("a large picture gets a file, a small one and one in which something could act stay in the page", () => {
  const pictures = new Map<string, string>();
  const twice = withPictureFiles(picture(large("")).repeat(2), pictures);
  assertEquals([...pictures.values()], [large("")]);
  const [name] = [...pictures.keys()];
  assertMatch(name!, /^assets\/pictures\/[0-9a-f]{16}\.svg$/);
  assertEquals(
    twice,
    `<img class="offprint-figure-image" loading="lazy" src="${name}" alt="a">`.repeat(2),
  );
  const kept = [
    "<svg></svg>",
    large("<script>1</script>"),
    large('<g onload="1"/>'),
    large("<foreignObject/>"),
    large('<a href="javascript:1"/>'),
  ].map(picture);
  for (const html of kept) assert(withPictureFiles(html, pictures) === html, html.slice(-60));
  assertEquals(pictures.size, 1);
});
