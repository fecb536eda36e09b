/** Devices whose subgroups, or whose compiler, are other than those of the device that the tests run on. */
import type { Gpu } from '../../src/runtime/device.ts';
import { openGpu } from '../../src/runtime/open.ts';
import { over } from './faulty.ts';
import { sharedGpu } from './gpu.ts';

/** A Gpu on the shared device, to which the text of every shader comes rewritten. */
export async function withRewritten(rewrite: (code: string, label: string) => string): Promise<Gpu> {
  const { device } = await sharedGpu();
  const rewriting = over(device, {
    createShaderModule: ({ label = '', code }) => device.createShaderModule({ label, code: rewrite(code, label) }),
  });
  return openGpu({ device: rewriting, tuning: 'fixed' });
}

/** The first lines of main get more of them. */
const atTheTopOfMain = (code: string, lines: string): string =>
  code.replace(/(@workgroup_size[^{]*?fn main\([^{]*\{)/, `$1\n${lines}`);

/**
 * Subgroups of so many invocations, one after the other, as shaders see them that add up over subgroups: through the workgroup's memory. With more
 * invocations in a subgroup than in a workgroup the rest of the subgroup is idle.
 */
export function withSubgroupsOf(size: number): (code: string) => string {
  return (code) => {
    if (!/subgroupAdd|subgroup_size/.test(code)) return code;
    const local = /@builtin\(local_invocation_index\)\s*(\w+)/.exec(code)![1];
    const width = /@builtin\(subgroup_size\)\s*(\w+)\s*:\s*u32\s*,?/.exec(code);
    const pretended = code
      .replace('enable subgroups;', '')
      .replace(width?.[0] ?? /$^/, '')
      .replaceAll('subgroupAdd(', 'pretended_add(');
    return `${atTheTopOfMain(pretended, `pretended_local = ${local};\n${width ? `let ${width[1]} = ${size}u;` : ''}`)}
var<private> pretended_local: u32;
var<workgroup> pretended_values: array<f32, 64>;
fn pretended_add(value: f32) -> f32 {
  pretended_values[pretended_local] = value;
  workgroupBarrier();
  let first = pretended_local / ${size}u * ${size}u;
  var sum = 0.0;
  for (var i = first; i < min(64u, first + ${size}u); i++) { sum += pretended_values[i]; }
  workgroupBarrier();
  return sum;
}
`;
  };
}

/** Another order in which the invocations of a workgroup fill its subgroups: four neighbours are no quad. */
export function scattered(code: string): string {
  const local = /@builtin\(local_invocation_index\)\s*(\w+)/.exec(code);
  if (!code.includes('enable subgroups;') || !local) return code;
  const group = Number(/@workgroup_size\((\d+)\)/.exec(code)![1]);
  // Five has no divisor in common with a power of two.
  return atTheTopOfMain(
    code.replace(local[0], '@builtin(local_invocation_index) pretended_lane'),
    `let ${local[1]} = pretended_lane * 5u % ${group}u;`,
  );
}

/**
 * A compiler that takes it for granted that a float is finite: the bits of one that is not look as if it were. Bits that go straight to memory stay
 * as they are.
 */
export const assumingFinite = (code: string): string =>
  code.includes('bitcast<u32>(')
    ? `${code.replace(/(atomicStore\([^;]*?, )?bitcast<u32>\(/g, (all, stored?: string) => (stored ? all : 'assumed_finite('))}
fn assumed_finite(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  return select(bits, bits & 0xbfffffffu, (bits & 0x7f800000u) == 0x7f800000u);
}
`
    : code;
