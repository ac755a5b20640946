/** What the text of a shader must keep to, checked without a device. */
import { assert, assertEquals } from "@std/assert";

/** Words that WGSL keeps for itself: some compilers let them pass as names, others do not. */
const RESERVED = new Set(
  (`NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become
  cast catch class co_await co_return co_yield coherent column_major common compile compile_fragment
  concept const_cast consteval constexpr constinit crate debugger decltype delete demote
  demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough filter
  final finally friend from fxgroup get goto groupshared highp impl implements import inline instanceof
  interface layout lowp macro macro_rules match mediump meta mod module move mut mutable namespace new
  nil noexcept noinline nointerpolation non_coherent noncoherent noperspective null nullptr of operator
  package packoffset partial pass patch pixelfragment precise precision premerge priv protected pub
  public readonly ref regardless register reinterpret_cast resource restrict self set shared sizeof
  smooth snorm static static_assert static_cast std subroutine super target template this thread_local
  throw trait try type typedef typeid typename typeof union unless unorm unsafe unsized use using
  varying virtual volatile wgsl where with writeonly yield`).split(/\s+/),
);

/** Bytes of what workgroup memory is made of. */
const BYTES: Record<string, number> = {
  u32: 4,
  i32: 4,
  f32: 4,
  "vec4<f16>": 8,
  "vec4<f32>": 16,
};

/** Fails unless a shader keeps within the default limits of a device and uses no reserved word. */
export function assertDefaultLimits(code: string): void {
  const size = /@workgroup_size\((\d+)\)/.exec(code);
  assert(size !== null && Number(size[1]) <= 256, "more than 256 invocations");
  assert([...code.matchAll(/var<storage/g)].length <= 8, "more than 8 storage buffers");
  const shared = [...code.matchAll(/var<workgroup> \w+: (?:array<([\w<>]+), (\d+)>|atomic<\w+>)/g)];
  assertEquals(shared.length, [...code.matchAll(/var<workgroup>/g)].length, "an array of no size");
  const bytes = shared.reduce((sum, [, type = "u32", count = "1"]) => {
    assert(BYTES[type] !== undefined, `workgroup memory of type ${type}`);
    return sum + BYTES[type] * Number(count);
  }, 0);
  assert(bytes <= 16384, `${bytes} bytes of workgroup memory`);
  for (const [word] of code.replace(/\/\/.*/g, "").matchAll(/[A-Za-z_]\w*/g)) {
    assert(!RESERVED.has(word), `the reserved word ${word}`);
  }
}
