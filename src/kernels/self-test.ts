import type { Gpu } from '../runtime/device.ts';
import { compile, type Plan } from '../runtime/plan.ts';
import { uniforms } from '../runtime/random.ts';
import { tape as makeTape, type Tape } from '../runtime/tape.ts';
import { readTensors, Tensor, tensor } from '../runtime/tensor.ts';
import { kernelOf } from '../runtime/tune.ts';
import { matmul, type Transposes } from './matmul.ts';

/** One way of doing a kernel, as it came out on this adapter. */
export interface TestedWay {
  /** Such as `NT`, a product of matrices the second of which lies transposed. */
  readonly kernel: string;
  /** How it is cut up. */
  readonly way: string;
  readonly passed: boolean;
  /** The largest error, in units of what the rounding of float32 explains. */
  readonly error: number;
}

export interface SelfTest {
  readonly passed: boolean;
  readonly ways: readonly TestedWay[];
  readonly seconds: number;
}

/** A kernel on values of which the results are known. */
interface Case {
  record(tape: Tape): Tensor;
  expected: Expected;
}

/** Sums of products in float64. */
interface Expected {
  readonly values: Float64Array;
  /** Of each, the sum of its terms' magnitudes. */
  readonly magnitudes: Float64Array;
  /** Terms of a sum. */
  readonly terms: number;
}

/** See `Gpu.selfTest`. */
export async function selfTest(gpu: Gpu): Promise<SelfTest> {
  const began = performance.now();
  const inputs: Tensor[] = [];
  const put = (shape: number[]): Input => {
    const values = uniforms(shape.reduce((product, n) => product * n, 1), 1, 1, inputs.length).map((u) => 2 * u - 1);
    inputs.push(tensor(gpu, values, shape));
    return { values, tensor: inputs.at(-1)! };
  };
  try {
    const found = new Map<string, TestedWay>();
    for (const each of cases(put)) {
      for (const tested of await testWays(gpu, each)) {
        const name = `${tested.kernel} ${tested.way}`;
        const before = found.get(name);
        if (!before || before.error < tested.error) found.set(name, tested);
      }
    }
    const ways = [...found.values()];
    for (const { kernel, way, passed } of ways) if (!passed) gpu.tuner.ruleOut(kernel, way);
    return { passed: ways.every(({ passed }) => passed), ways, seconds: (performance.now() - began) / 1000 };
  } finally {
    for (const each of inputs) each.dispose();
  }
}

async function testWays(gpu: Gpu, { record, expected }: Case): Promise<TestedWay[]> {
  const tape = makeTape(gpu);
  const y = record(tape);
  tape.keep(y);
  const plan = await compile(tape);
  try {
    const tested: TestedWay[] = [];
    for (const { choice, make, use } of plan.tunables) {
      // Compiled all at once.
      for (const [i, command] of (await Promise.all(choice.ways.map(make))).entries()) {
        use(command);
        const error = errorOf(await results(gpu, plan, y), expected);
        tested.push({ kernel: kernelOf(choice), way: choice.ways[i], passed: error <= 1, error });
      }
    }
    return tested;
  } finally {
    plan.dispose();
  }
}

async function results(gpu: Gpu, plan: Plan, y: Tensor): Promise<ArrayLike<number>> {
  // What a kernel leaves out has to show.
  plan.poison();
  await plan.run();
  const [values] = await readTensors(gpu, [new Tensor(y.shape, 'f32', y.label, { gpu, range: plan.range(y) })]);
  return values;
}

/** Each product and each sum is rounded, and the errors add up like a random walk: 4 √k 2⁻²⁴ Σ|a b| is more than they come to. */
function errorOf(actual: ArrayLike<number>, { values, magnitudes, terms }: Expected): number {
  let worst = 0;
  for (let i = 0; i < values.length; i++) {
    const error = Math.abs(actual[i] - values[i]) / (4 * Math.sqrt(terms) * 2 ** -24 * magnitudes[i] + 1e-30);
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}

interface Input {
  values: Float32Array;
  tensor: Tensor;
}

/**
 * Sides that are no multiples of any tile, and large enough for each way to be among those the tuner chooses from. Convolutions are done on the same
 * tiles; they are left out, as bundlers that split by files would bring them along wherever this is loaded from.
 */
function* cases(put: (shape: number[]) => Input): Generator<Case> {
  for (const transposes of [{}, { transposeB: true }, { transposeA: true }]) {
    for (const [m, n, k] of [[261, 259, 13], [37, 3, 18], [3, 37, 18], [70, 1, 5], [1, 70, 5]]) yield product(put, m, n, k, transposes); // prettier-ignore
  }
}

function product(put: (shape: number[]) => Input, m: number, n: number, k: number, transposes: Transposes): Case {
  const { transposeA, transposeB } = transposes;
  const [a, b] = [put(transposeA ? [k, m] : [m, k]), put(transposeB ? [n, k] : [k, n])];
  const expected = sums(m * n, k, (add) => {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        for (let i = 0; i < k; i++) add(row * n + column, a.values[transposeA ? i * m + row : row * k + i] * b.values[transposeB ? column * k + i : i * n + column]);
      }
    }
  });
  return { record: (tape) => matmul(tape, a.tensor, b.tensor, transposes), expected };
}

function sums(count: number, terms: number, walk: (add: (i: number, term: number) => void) => void): Expected {
  const [values, magnitudes] = [new Float64Array(count), new Float64Array(count)];
  walk((i, term) => {
    values[i] += term;
    magnitudes[i] += Math.abs(term);
  });
  return { values, magnitudes, terms };
}
