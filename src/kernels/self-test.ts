import type { Gpu } from '../runtime/device.ts';
import { checkFlag, checkOptions } from '../runtime/options.ts';
import { compile, type Plan } from '../runtime/plan.ts';
import { uniforms } from '../runtime/random.ts';
import { scoped } from '../runtime/scope.ts';
import { tape as makeTape } from '../runtime/tape.ts';
import { readTensors, sizeOf, Tensor, tensor } from '../runtime/tensor.ts';
import { convolutions, products, type Case, type Expected, type Input } from './self-test-cases.ts';

/** The result of one way of computing a kernel on this adapter. */
export interface TestedWay {
  /** The kernel, such as `NT` for a product with a transposed second matrix. */
  readonly kernel: string;
  /** The way, such as the size of its tiles. */
  readonly way: string;
  /** Whether the result was right. */
  readonly passed: boolean;
  /** The largest error, in units of what float32 rounding explains. */
  readonly error: number;
}

/** Options of `Gpu.selfTest`. */
export interface SelfTestOptions {
  /** Whether convolutions are tested, too. Without them the test covers models of dense layers. Default true. */
  convolutions?: boolean;
}

/** The result of `Gpu.selfTest`. */
export interface SelfTest {
  /** Whether all ways passed. */
  readonly passed: boolean;
  /** Each way of a kernel that was tested. */
  readonly ways: readonly TestedWay[];
  /** The duration in seconds. */
  readonly seconds: number;
}

/** Tests the kernels; see `Gpu.selfTest`. */
export async function selfTest(gpu: Gpu, options: SelfTestOptions): Promise<SelfTest> {
  checkOptions('selfTest', options, ['convolutions']);
  const { convolutions: images = true } = options;
  checkFlag('selfTest: convolutions', images);
  const began = performance.now();
  const inputs: Tensor[] = [];
  const put = (shape: number[]): Input => {
    const values = uniforms(sizeOf(shape), 1, 1, inputs.length).map((u) => 2 * u - 1);
    inputs.push(tensor(gpu, values, shape));
    return { values, tensor: inputs.at(-1)! };
  };
  try {
    const found = new Map<string, TestedWay>();
    // Concurrently, because compiling takes most of the time.
    const tests = [...products(put), ...(images ? convolutions(put) : [])].map((each) => testWays(gpu, each));
    // Buffers must stay until all tests have ended, even if one fails.
    await Promise.allSettled(tests);
    for (const each of (await Promise.all(tests)).flat()) {
      const name = `${each.kernel} ${each.way}`;
      const before = found.get(name);
      if (!before || before.error < each.error) found.set(name, each);
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
  const outputs = record(tape);
  tape.keep(...outputs);
  return scoped(async (scope) => {
    const plan = scope.own(await compile(tape));
    const tested: TestedWay[] = [];
    const commands = await Promise.all(plan.tunables.map(({ choice, make }) => Promise.all(choice.ways.map(make))));
    for (const [n, { choice, use }] of plan.tunables.entries()) {
      for (const [i, command] of commands[n].entries()) {
        use(command);
        const error = errorOf(await results(gpu, plan, outputs[n]), expected[n]);
        tested.push({ kernel: choice.kernel, way: choice.ways[i], passed: error <= 1, error });
      }
    }
    return tested;
  });
}

async function results(gpu: Gpu, plan: Plan, y: Tensor): Promise<ArrayLike<number>> {
  // So that values that a kernel does not write are detected.
  plan.poison();
  await plan.run();
  const [values] = await readTensors(gpu, [new Tensor(y.shape, 'f32', y.label, { gpu, range: plan.range(y) })]);
  return values;
}

/**
 * The error in units of 4 √k 2⁻²⁴ Σ|a b|, which exceeds the rounding errors of k products and their sum, as these add
 * up like a random walk.
 */
function errorOf(actual: ArrayLike<number>, { values, magnitudes, terms }: Expected): number {
  let worst = 0;
  for (let i = 0; i < values.length; i++) {
    const error = Math.abs(actual[i] - values[i]) / (4 * Math.sqrt(terms) * 2 ** -24 * magnitudes[i] + 1e-30);
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}
