/** The elementary functions of our own, over all of their range. */
import { describe, expect, it } from 'vitest';
import { math } from '../../shaders/math.ts';
import { optimizerShader } from '../../shaders/optimizer.ts';
import { philox } from '../../shaders/philox.ts';
import { draws } from '../../shaders/random.ts';
import { shader, wgsl } from '../../shaders/wgsl.ts';
import { adam } from '../../src/index.ts';
import { settings } from '../../src/models/parts/optimizers.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { ulps } from '../support/close.ts';
import { onDevice, worst } from '../support/functions.ts';
import { sharedGpu } from '../support/gpu.ts';
import { runOne } from '../support/run.ts';
import { times, tried } from '../support/thorough.ts';

/** Values at a time. */
const piece = 2 ** 20;

const wordOf = (x: number): number => new Uint32Array(Float32Array.of(x).buffer)[0];
const largest = wordOf(1e30);

/** `count` float32 numbers of one sign: words of a fixed distance from each other. From one to the next, all bits of the mantissa change. */
function* words(from: number, to: number, count: number, sign: 0 | 1): Generator<Float32Array> {
  const distance = (to - from) / (count - 1);
  for (let first = 0; first < count; first += piece) {
    const length = Math.min(piece, count - first);
    yield new Float32Array(
      Uint32Array.from({ length }, (_, i) => Math.round(from + (first + i) * distance) + sign * 2 ** 31).buffer,
    );
  }
}

const smallest = 2 ** -126;
const greatest = (2 - 2 ** -23) * 2 ** 127;

/** As `ulps`, but that a device may take what is too small for a normal float32 for zero, and that what is too large is infinite. */
function ulpsInRange(actual: number, expected: number): number {
  if (Math.abs(expected) < smallest && actual === 0) return 0;
  if (!Number.isFinite(actual) || expected > greatest)
    return Math.fround(expected) === actual ? 0 : ulps(Math.min(actual, 2 ** 128), Math.min(expected, 2 ** 128));
  return ulps(actual, expected);
}

describe.each([
  { name: 'exp', wgsl: 'accurate_exp', reference: Math.exp, most: 4, dense: [0.3, 0.4, 88, 89] },
  { name: 'tanh', wgsl: 'accurate_tanh', reference: Math.tanh, most: 2, dense: [0.6, 0.7, 8, 9.1] },
])('$name', ({ name, wgsl, reference, most, dense }) => {
  it(
    `is off by at most ${most} units of the last place between -1e30 and 1e30`,
    { timeout: 600_000 },
    async ({ task }) => {
      const count = times(100_000, 4_000_000);
      let [found, tries] = [0, 0];
      for (const sign of [0, 1] as const) {
        // Everywhere; and closer together where one formula takes over from another, or the result from infinity.
        const sweeps = [
          words(0, largest, count, sign),
          ...[0, 2].map((i) => words(wordOf(dense[i]), wordOf(dense[i + 1]), count / 4, sign)),
        ];
        for (const sweep of sweeps) {
          for (const x of sweep) {
            const { ulp, x: at } = await worst(math, wgsl, x, reference, ulpsInRange);
            expect(ulp, `${name}(${at})`).toBeLessThanOrEqual(most);
            found = Math.max(found, ulp);
            tries += x.length;
          }
        }
      }
      tried(
        task,
        `${name} of float32 numbers between -1e30 and 1e30, by their bits`,
        tries,
        `off by at most ${found.toFixed(2)} units of the last place`,
      );
    },
  );
});

describe('1 − βᵗ', () => {
  it.for([0.9, 0.999])(
    'as in the optimizer, for every t up to 2²⁴: β = %f',
    { timeout: 600_000 },
    async (beta, { task }) => {
      expect(optimizerShader('adam', true).code).toContain(
        'let own_step = f32(state.t);\n  let m_scale = -expm1(own_step * given.logBeta1);',
      );
      const { logBeta1 } = settings(adam(1e-3, { beta1: beta }));
      const correction = wgsl`
${math}
fn correction(own_step: f32) -> f32 {
  return -expm1(own_step * bitcast<f32>(${wordOf(logBeta1)}u));
}
`;
      // All of the first thousand, where it changes most.
      const stride = times(997, 1);
      let [found, tries] = [0, 0];
      for (let first = 1; first <= 2 ** 24;) {
        const step = first <= 1000 ? 1 : stride;
        const last = step === stride ? 2 ** 24 : 1000;
        const t = Float32Array.from(
          { length: Math.min(piece, Math.ceil((last - first + 1) / step)) },
          (_, i) => first + i * step,
        );
        const y = await onDevice(correction, 'correction', t);
        t.forEach((t, i) => {
          const wanted = -Math.expm1(t * Math.log(beta));
          const off = Math.abs(y[i] - wanted) / wanted;
          if (!(off <= 2e-7)) expect.fail(`t = ${t}: ${y[i]}, not ${wanted}`);
          found = Math.max(found, off);
        });
        tries += t.length;
        first += t.length * step;
      }
      tried(
        task,
        `1 − βᵗ for β = ${beta} and t from 1 to 2²⁴, with the optimizer's formula`,
        tries,
        `relative error at most ${found.toExponential(1)}`,
      );
    },
  );
});

describe('normal draws', () => {
  /** The uniform that makes the radius, or the angle, counted through; the other one drawn. */
  const normal = (counted: 'radius' | 'angle') =>
    shader<'y'>(
      `normals by ${counted}`,
      wgsl`
@group(0) @binding(0) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(1) var<uniform> sizes: Sizes;
struct Sizes { first: u32, stride: u32, quads: u32 }
${draws}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= sizes.quads) { return; }
  let at = vec2u(2u * id.x, 2u * id.x + 1u) * sizes.stride + sizes.first;
  // Their last eight bits do not count: they are all ones here.
  let own = (at << vec2u(8u)) | vec2u(0xffu);
  let other = philox(vec4u(at.x, 0u, 0u, 0u), vec2u(5u, 6u));
#if ${counted === 'radius'}
  y[id.x] = normals(vec4u(own.x, other.x, own.y, other.y));
#else
  y[id.x] = normals(vec4u(other.x, own.x, other.y, own.y));
#endif
}
`,
    );

  it.for(['radius', 'angle'] as const)(
    'of all 2²⁴ uniforms of the %s',
    { timeout: 600_000 },
    async (counted, { task }) => {
      expect(draws).toContain(philox);
      const gpu = await sharedGpu();
      const stride = times(61, 1);
      const uniforms = Math.floor(2 ** 24 / stride / 2) * 2;
      let [sum, squares, most] = [0, 0, 0];
      for (let first = 0; first < uniforms; first += piece) {
        const quads = Math.min(piece, uniforms - first) / 2;
        const tape = makeTape(gpu);
        const y = tape.tensor([4 * quads]);
        tape.run(normal(counted), { y }, { constants: { first: first * stride, stride, quads }, threads: quads });
        for (const value of await runOne(tape, y)) {
          // Once a value is not finite, neither is the largest.
          most = Math.max(most, Math.abs(value));
          sum += value;
          squares += value * value;
        }
        // What √(−2 ln u) comes to for the smallest u there is, 2⁻²⁵.
        expect(most).toBeLessThan(5.9);
      }
      const count = 2 * uniforms;
      const mean = sum / count;
      const variance = squares / count - mean ** 2;
      expect(Math.abs(variance - 1)).toBeLessThan(3e-3);
      expect(Math.abs(mean)).toBeLessThan(3e-3);
      tried(
        task,
        `normal draws from every uniform number for the ${counted}`,
        uniforms,
        `all finite, the largest ${most.toFixed(2)}; variance ${variance.toFixed(5)}, mean ${mean.toExponential(0)}`,
      );
    },
  );
});
