/** ONNX files from elsewhere: what is read, what is copied, and what is put in between. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { createSession, OnnxGraph, readForeignModel } from "offprint/lm/onnx/mod.ts";
import { messageFields } from "offprint/lm/onnx/protobuf.ts";

/** y = relu(x · W), `[M, 2]` to `[M, 3]`. */
function smallModel(): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const x = graph.input("x", "float32", ["M", 2]);
  const product = graph.op("MatMul", [x, graph.floats([1, 2, 3, -4, -5, -6], [2, 3])]);
  graph.node("Relu", [product], ["y"]);
  graph.output("y", "float32", ["M", 3]);
  return graph.model("small");
}

/** A field of a message with texts, small numbers or messages in it, as ONNX files have them. */
function field(
  number: number,
  ...content: (string | number[] | Uint8Array)[]
): Uint8Array<ArrayBuffer> {
  const bytes = content.flatMap((each) =>
    typeof each === "string" ? [...new TextEncoder().encode(each)] : [...each]
  );
  const length: number[] = [];
  for (let rest = bytes.length; length.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    length.push(rest % 128 + (rest >= 128 ? 128 : 0));
  }
  return Uint8Array.from([number * 8 + 2, ...length].concat(bytes));
}

async function run(bytes: Uint8Array<ArrayBuffer>, x: number[]): Promise<Map<string, number[]>> {
  const { ort, session } = await createSession("small", bytes, { threads: 1 });
  const results = await session.run({
    x: new ort.Tensor("float32", Float32Array.from(x), [x.length / 2, 2]),
  });
  await session.release();
  return new Map(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}

Deno.test("nodes and constants of an ONNX file are read", () => {
  const { nodes, constants } = readForeignModel("small", smallModel());
  assertEquals(nodes.map(({ type }) => type), ["MatMul", "Relu"]);
  assertEquals(nodes[0]!.inputs[0], "x");
  const { shape, values } = constants.get(nodes[0]!.inputs[1]!)!;
  assertEquals([[...shape], [...values]], [[2, 3], [1, 2, 3, -4, -5, -6]]);
});

Deno.test("attributes: one whole number, a list, and types of nodes in a branch", () => {
  const graph = new OnnxGraph();
  graph.node("Conv", ["x", "w"], ["y"], { group: 4, strides: [1, 300] });
  const [node] = readForeignModel("attributes", graph.model("attributes")).nodes;
  assertEquals([...node!.integers], [["group", [4]], ["strides", [1, 300]]]);
  assertEquals(node!.inside, []);
  // An ensemble of trees lists as many numbers as it has branches, packed into one field.
  const large = field(
    7,
    field(1, field(5, field(1, "nodes"), field(8, new Array(200_000).fill(3)))),
  );
  const [trees] = readForeignModel("trees", large).nodes;
  const nodes = trees!.integers.get("nodes")!;
  assertEquals([nodes.length, nodes[199_999]], [200_000, 3]);
});

Deno.test("nothing touched: the same results; something put in front: the product reads that", async () => {
  const model = readForeignModel("small", smallModel());
  const same = await run(model.rewritten(() => undefined), [1, 1, 2, 0]);
  assertEquals(same, new Map([["y", [0, 0, 0, 2, 4, 6]]]));
  const doubled = model.rewritten((node, graph) =>
    node.type === "MatMul"
      ? { inputs: [graph.op("Mul", ["x", graph.floats([2], [])]), node.inputs[1]!] }
      : undefined
  );
  assertEquals((await run(doubled, [1, 0])).get("y"), [2, 4, 6]);
});

Deno.test("a node once more with other results; the model's own outputs stay in front", async () => {
  const model = readForeignModel("small", smallModel());
  const twice = model.rewritten(() => undefined, (node, graph, again) => {
    if (node.type !== "Relu") return;
    again({ outputs: ["once more"] });
    graph.output("once more", "float32", ["M", 3]);
  });
  const results = await run(twice, [1, 0]);
  assertEquals([...results.keys()], ["y", "once more"]);
  assertEquals(results.get("once more"), [1, 2, 3]);
});

Deno.test("bytes that are no ONNX file are named in one line", () => {
  for (const bytes of [Uint8Array.of(), Uint8Array.of(0x3a, 200, 1), Uint8Array.of(255, 255)]) {
    const error = assertThrows(() => readForeignModel("model.onnx", bytes), UserError);
    assert(
      /^model\.onnx: got ".*", expected a whole ONNX file\.$/.test(error.message),
      error.message,
    );
  }
});

Deno.test("a whole model cut at any byte is refused or read, never with a stack", () => {
  const whole = smallModel();
  for (let end = 0; end < whole.length; end++) {
    try {
      readForeignModel("cut", whole.slice(0, end));
    } catch (error) {
      assert(error instanceof UserError, String(error));
    }
  }
  assertEquals([...messageFields(whole)].map(({ field }) => field), [1, 2, 7, 8]);
});
