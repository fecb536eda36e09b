import { tilingName, type Tiling } from '../../shaders/tiles.ts';
import type { Shader } from '../../shaders/wgsl.ts';
import type { Gpu } from '../runtime/device.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** The most multiply-adds of a dispatch: Windows resets a GPU that is busy with one for 2 s. */
const mostMultiplies = 2 ** 33;

/** The number of dispatches for this number of multiply-adds. */
export const slicesOf = (multiplies: number): number => Math.ceil(multiplies / mostMultiplies);

/** A product that can be tiled in several ways. */
interface Tiled<R extends string, O extends string> {
  readonly kernel: string;
  readonly tensors: Record<R, Tensor> & Partial<Record<O, Tensor>>;
  /** The shader's constants. Their values are part of the problem's name. */
  readonly constants: Record<string, number>;
  /** The end of the problem's name, for what may decide which tiling is fastest beside the constants. */
  readonly suffix?: string;
  /** The tilings, of which the first is probably fast. */
  readonly candidates: readonly Tiling[];
  readonly way: (tiling: Tiling) => { shader: Shader<R, O>; invocations: number };
  /** The number of multiply-adds. */
  readonly multiplies: number;
}

/**
 * Records a product in the first of its tilings; the tuner may find a faster one. It is one dispatch, or several for
 * very many multiply-adds.
 */
export function tuned<R extends string, O extends string>(
  tape: Tape,
  { kernel, tensors, constants, suffix = '', candidates, way, multiplies }: Tiled<R, O>,
): void {
  const slices = slicesOf(multiplies);
  const byName = new Map(candidates.map((each) => [nameOf(each), each]));
  const make = (name: string) => {
    const tiling = byName.get(name)!;
    const { shader, invocations } = way(tiling);
    return { shader, workgroups: Math.ceil(invocations / tiling.group / slices) };
  };
  const ways = [...byName.keys()];
  const { shader, workgroups } = make(ways[0]);
  tape.run(shader, tensors, {
    constants,
    workgroups,
    slices,
    choice: { kernel, problem: `${kernel} ${Object.values(constants).join('x')}${suffix}`, ways, make },
  });
}

const nameOf = (tiling: Tiling): string => `${tilingName(tiling)} by ${tiling.group}`;

/**
 * The number of invocations in a workgroup of a kernel without barriers: small ones keep all cores of a processor busy.
 */
export const groupOf = (gpu: Gpu): number => (gpu.info.isFallback ? 16 : 64);

/**
 * Returns the tilings worth trying, the likely fastest first, for sums that can be divided into `stretches`. `times` is
 * the number of products. Large tiles reuse each load more often. On a CPU (SwiftShader), a load costs as much as
 * dozens of additions: 8 × 8 was faster than 4 × 4 at every shape tried, quads were faster by another half, and small
 * workgroups keep all cores busy. A GPU needs thousands of invocations first, and has registers for 8 × 8 at most,
 * Intel's for 4 × 4. The first tiling adds in the same order on every adapter; some of the others do not.
 */
export function tilings(gpu: Gpu, m: number, n: number, stretches = 0, times = 1): Tiling[] {
  const processor = gpu.info.isFallback;
  const group = groupOf(gpu);
  // A workgroup of 64 has 8 × 8 tiles, or 4 × 4 quads, which suits the caches of a GPU. A CPU runs a workgroup of 16 on
  // one core.
  const tiles =
    (quads: boolean, band: number) =>
    (rows: number, columns: number): Tiling => ({ rows, columns, quads, group, ...(!processor && { band }) });
  const [plain, quads] = [tiles(false, 8), tiles(true, 4)];
  const side = (length: number) => (length > 4 ? 8 : 4);
  // For a single row or column, a tile of four would waste three quarters.
  if (n === 1) return [plain(16, 1), plain(8, 1), plain(4, 1)].slice(m > 64 ? 0 : 2);
  if (m === 1) return [plain(1, 16), plain(1, 8), plain(1, 4)].slice(n > 64 ? 0 : 2);
  const [small, large] = [plain(4, 4), plain(side(m), side(n))];
  // A narrow side leaves registers for a longer other side.
  const long = m <= 4 && n > 16 ? [plain(4, 16)] : n <= 4 && m > 16 ? [plain(16, 4)] : [];
  const withQuads = gpu.quads && m > 8 && n > 8;
  if (!processor) {
    const split = splitFor((times * m * n) / 16, stretches);
    const sizes = gpu.info.vendor === 'intel' ? [small] : m * n >= 2 ** 20 ? [large, small] : [small, large];
    const [first, ...others] = sizes.flatMap((each) => [each, { ...each, oneByOne: true }]);
    const wide = m * n >= 2 ** 20 ? [{ ...sizes[0], group: 256, band: 16 }] : [];
    return [
      first,
      ...(split > 1 ? [{ ...small, split }] : []),
      ...others,
      ...wide,
      ...(sizes.length > 1 ? [...long, ...(withQuads ? [quads(8, 8)] : [])] : []),
    ];
  }
  if (!withQuads) return [large, small, ...long];
  // Larger tiles are faster but take longer to compile: 32 × 16 takes a third of a second.
  return [
    quads(8, 8),
    ...(m > 16 ? [quads(16, 8)] : []),
    ...(n > 16 ? [quads(8, 16)] : []),
    ...(m > 16 && n > 16 ? [quads(16, 16)] : []),
    ...(m > 64 && n > 32 && m * n >= 2 ** 16 ? [quads(32, 16)] : []),
  ];
}

/**
 * Returns the tilings of a plain product that use workgroup memory, for GPUs and products of at least 64 such
 * workgroups. A CPU has no such memory, and its barriers are slow.
 */
export function sharedTilings(gpu: Gpu, m: number, n: number): Tiling[] {
  if (gpu.info.isFallback) return [];
  const sides = gpu.info.vendor === 'intel' ? [4] : [8, 4];
  return sides
    .filter((side) => Math.ceil(m / (8 * side)) * Math.ceil(n / (8 * side)) >= 64)
    .map((side) => ({ rows: side, columns: side, quads: false, group: 64, shared: true }));
}

/**
 * Returns the number of invocations to share each sum: enough for 128 workgroups, with at least one stretch for each.
 * Sharing changes the order of additions, so it is never the first tiling.
 */
export function splitFor(invocations: number, stretches: number): number {
  let split = 1;
  while (split < 16 && split * invocations < 128 * 64 && stretches >= 2 * split) split *= 2;
  return split;
}
