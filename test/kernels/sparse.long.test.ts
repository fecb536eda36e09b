import { describe, expect, it } from 'vitest';
import type { Activation } from '../../src/kernels/activation.ts';
import { dense } from '../../src/kernels/dense.ts';
import { add, reshape } from '../../src/kernels/elementwise.ts';
import { topK } from '../../src/kernels/top-k.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import { sizeOf, type Tensor } from '../../src/runtime/tensor.ts';
import { dense as denseReference, transposed as transposedReference } from '../reference/dense.ts';
import { topK as reference } from '../reference/top-k.ts';
import { expectNear } from '../support/close.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, type Values, recording } from '../support/run.ts';
import { takenFor } from '../support/taken-for.ts';

interface Case {
  rows: number;
  inputs: number;
  width: number;
  k: number;
  outs: number;
  f?: Activation;
  /** The decoder's weight is the encoder's. */
  tied?: boolean;
  bias?: boolean;
  /** Every row has a value in the last column, so that reading past the end of the code or of its marks changes sums. */
  last?: boolean;
}

const cases: Case[] = [
  { rows: 1, inputs: 1, width: 17, k: 1, outs: 1 },
  { rows: 3, inputs: 4, width: 34, k: 2, outs: 5, f: 'relu' },
  { rows: 4, inputs: 3, width: 33, k: 2, outs: 3, f: 'tanh', tied: true },
  { rows: 3, inputs: 2, width: 40, k: 1, outs: 2, f: 'gelu', bias: false },
];
const large: Case[] = [
  { rows: 33, inputs: 65, width: 70, k: 3, outs: 130, f: 'relu' },
  { rows: 140, inputs: 7, width: 131, k: 8, outs: 64, f: 'gelu' },
  { rows: 260, inputs: 66, width: 50, k: 3, outs: 66, tied: true, f: 'relu' },
  { rows: 64, inputs: 20, width: 500, k: 30, outs: 3, bias: false },
  { rows: 5, inputs: 3, width: 20, k: 1, outs: 4, last: true },
];

const title = 'rows: $rows, inputs: $inputs, width: $width, k: $k, outs: $outs, $f';

/** Values of a case: x, the encoder's weight and bias, the decoder's. */
function drawn({ rows, inputs, width, outs, tied = false, bias = true, last = false }: Case) {
  const draw = new Draw(rows + 10 * width);
  const values = (shape: number[]) => ({ values: draw.floats(sizeOf(shape)), shape });
  const [x, w1, b1, w2, b2] = [[rows, inputs], [width, inputs], [width], [outs, width], [outs]].map(values);
  if (last) b1.values[width - 1] = 100;
  return [x, w1, ...(bias ? [b1, b2] : []), ...(tied ? [] : [w2])];
}

/** The encoder, the k largest, the decoder; with `alone`, in tensors that nobody knows the origin of. */
const build =
  ({ k, f = 'linear', tied = false, bias = true }: Case, alone = false) =>
  (tape: Tape, x: Tensor, w1: Tensor, ...rest: Tensor[]) => {
    const [b1, b2] = bias ? rest.splice(0, 2) : [];
    const hide = (y: Tensor) => (alone ? reshape(tape, y, y.shape) : y);
    const code = hide(topK(tape, hide(dense(tape, x, w1, b1, f)), k).y);
    return tied ? dense(tape, code, w1, b2, 'linear', { transposed: true }) : dense(tape, code, rest[0], b2, 'linear');
  };

describe.each([false, true])('on a processor: %s', (isFallback) => {
  describe.each(cases)(`layers around the k largest, ${title}`, (each) => {
    it('agree with float64, also in their gradients', async () => {
      const { inputs, width, k, outs, f = 'linear', tied = false, bias = true } = each;
      await checkGradient(await takenFor(isFallback), {
        inputs: drawn(each),
        build: build(each),
        reference(x, w1, ...rest) {
          const [b1, b2] = bias ? rest.splice(0, 2) : [new Float64Array(width), new Float64Array(outs)];
          const code = reference(denseReference(x, w1, b1, inputs, f), width, k);
          return denseReference(code, tied ? transposedReference(w1, inputs) : rest[0], b2, width, 'linear');
        },
        relative: 4e-6,
      });
    });
  });
});

/** What a case comes to, the output and all gradients, and the labels of its kernels. */
async function trained(each: Case, isFallback: boolean, alone = false) {
  const { memory, tape } = await recording(undefined, await takenFor(isFallback));
  const bound = drawn(each).map(({ values, shape }) => memory.put(values, shape));
  const y = build(each, alone)(tape, ...(bound as [Tensor, Tensor]));
  tape.differentiate(y, memory.put(new Draw(5).floats(y.size), y.shape));
  const values = await run(tape, [y, ...bound.map((x) => tape.grad(x))]);
  return { values, labels: tape.dispatches.map(({ shader }) => shader.label) };
}

const bitsOf = ({ buffer, byteOffset, length }: Values) => [...new Uint32Array(buffer, byteOffset, length)];

describe.each([...cases, ...large])(`the sparse way, ${title}`, (each) => {
  it('agrees with the dense one to 1e-5', async () => {
    const [sparse, dense] = [await trained(each, false), await trained(each, false, true)];
    sparse.values.forEach((values, n) => expectNear(values, dense.values[n], 1e-5, n ? `gradient ${n - 1}` : 'y'));
    expect(sparse.labels).toContain('sparse weights');
    expect(sparse.labels.filter((label) => label === 'clear marks')).toHaveLength(1);
    // The encoder itself looks at all numbers.
    expect(sparse.labels.filter((label) => label.startsWith('matmul'))).toHaveLength(1);
    expect(dense.labels.filter((label) => label.startsWith('sparse'))).toHaveLength(0);
  });

  it('has the same bits on a processor', async () => {
    const [usual, processor] = [await trained(each, false), await trained(each, true)];
    expect(processor.labels).toContain('sparse weights, alone');
    expect(processor.labels.filter((label) => label.startsWith('sort places'))).toHaveLength(1);
    expect(processor.values.map(bitsOf)).toEqual(usual.values.map(bitsOf));
  });
});

it.each([false, true])(
  'uses the dense way if k is a larger part of the width, on a processor: %s',
  async (isFallback) => {
    for (const width of [48, 49]) {
      const { labels } = await trained({ rows: 2, inputs: 3, width, k: 3, outs: 4 }, isFallback);
      expect(labels.some((label) => label.startsWith('sparse product'))).toBe(width > 48);
    }
  },
);

it.each([false, true])(
  'adds its gradients to others at the same values, for the same weights and for the whole code, on a processor: %s',
  async (isFallback) => {
    const each: Case = { rows: 5, inputs: 6, width: 40, k: 2, outs: 3, f: 'tanh' };
    const gpu = await takenFor(isFallback);
    const found: Values[][] = [];
    for (const alone of [false, true]) {
      const { memory, tape } = await recording(undefined, gpu);
      const bound = drawn(each).map(({ values, shape }) => memory.put(values, shape));
      const [x, w1, b1, b2, w2] = bound;
      const hide = (y: Tensor) => (alone ? reshape(tape, y, y.shape) : y);
      const hidden = dense(tape, x, w1, b1, 'tanh');
      const code = topK(tape, hide(hidden), 2).y;
      const [once, twice] = [hide(code), hide(code)].map((y) => dense(tape, y, w2, b2));
      const all = dense(tape, reshape(tape, code, code.shape), w2, b2);
      const beside = dense(tape, hidden, w2, b2);
      const fewer = dense(tape, hide(topK(tape, hide(hidden), 1).y), w2, b2);
      const y = add(tape, add(tape, add(tape, once, twice), add(tape, all, beside)), fewer);
      tape.differentiate(y, memory.put(new Draw(5).floats(y.size), y.shape));
      found.push(await run(tape, [y, ...bound.map((each) => tape.grad(each))]));
    }
    found[0].forEach((values, n) => expectNear(values, found[1][n], 1e-5, n ? `gradient ${n - 1}` : 'y'));
  },
);
