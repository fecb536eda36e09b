/** The gradient of every layer, penalty and loss along random directions: against differences of what the device itself computes, and of a float64 twin. */
import { describe, expect, it } from 'vitest';
import {
  activation, avgPool1d, avgPool2d, batchNorm, categorical, contractive, conv1d, conv2d, convTranspose1d, convTranspose2d, deadLatents, dense, dropout, elementwise, gaussian, groupNorm, huber, layerNorm, maxPool1d, maxPool2d, residual, sparsity, stochasticContractive, topK, upsample1d, upsample2d, weightDecay,
  type Layer, type Penalty,
} from '../../src/index.ts'; // prettier-ignore
import { activationNames } from '../../src/kernels/activation.ts';
import { loss, type ElementLoss } from '../../src/kernels/loss.ts';
import { windowOver, transposedWindow } from '../../src/kernels/window.ts';
import { asLoss } from '../../src/models/parts/losses.ts';
import { prepareAll, type Preparable } from '../../src/models/parts/part.ts';
import { Pass } from '../../src/models/training/pass.ts';
import { compile } from '../../src/runtime/plan.ts';
import { makeState, writeState } from '../../src/runtime/state.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { readTensors, Tensor, writeTensor } from '../../src/runtime/tensor.ts';
import { activationOf } from '../reference/activation.ts';
import { contraction } from '../reference/contraction.ts';
import {
  conv2d as convReference,
  convTranspose2d as transposedReference,
  groupedConv2d as groupedReference,
} from '../reference/conv2d.ts';
import { explanationLoss, topKAmong } from '../reference/dead-latents.ts';
import { dense as denseReference, transposed } from '../reference/dense.ts';
import { categorical as categoricalReference } from '../reference/categorical.ts';
import { huber as huberReference, losses as lossesReference } from '../reference/loss.ts';
import {
  batchNorm as batchReference,
  groupNorm as groupReference,
  layerNorm as layerReference,
} from '../reference/norm.ts';
import { drawnForBatch, normals, words } from '../reference/random.ts';
import {
  avgPool2d as averageReference,
  maxPool2d as poolReference,
  upsample2d as upsampleReference,
} from '../reference/resample.ts';
import { topK as topKReference, topKOfBatch as topKOfBatchReference } from '../reference/top-k.ts';
import { sharedGpu } from '../support/gpu.ts';
import { dot } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { Inputs } from '../support/run.ts';
import { times, tried } from '../support/thorough.ts';

type Numbers = ArrayLike<number>;

/** A function of tensors whose gradient the tape has rules for. */
interface Subject {
  /** The parts that are prepared before they are recorded. */
  parts?: readonly Preparable[];
  inputs: { values: Float32Array; shape: readonly number[]; /** It is not asked for its gradient. */ data?: boolean }[];
  /** Records it: values that are weighted at random, or the sums of a loss with what it counts. */
  record(pass: Pass, inputs: Tensor[]): { values: Tensor; weight: 'random' | number }[];
  /** The same values in float64. */
  twin?(...inputs: Float64Array[]): Numbers[];
}

const rows = 4;
const beta = 0.6;
const product = (shape: readonly number[]) => shape.reduce((p, n) => p * n, 1);

/** Compares along `directions` random directions; returns the largest relative differences. */
async function compare(subject: Subject, directions: number): Promise<{ differences: number; twin?: number }> {
  const gpu = await sharedGpu();
  await prepareAll(subject.parts ?? [], gpu);
  const memory = new Inputs(gpu);
  const draw = new Draw(8);
  const state = makeState(gpu);
  writeState(gpu, state, { batch: rows, examples: rows, seed: 1 });
  const tape = makeTape(gpu);
  const inputs = subject.inputs.map(({ values, shape }) => memory.put(values, shape));
  const parts = subject.record(new Pass(tape, 'train', state), inputs);
  const weights = parts.map(({ values, weight }) =>
    weight === 'random' ? draw.offZero(values.size) : new Float32Array(values.size).fill(weight / rows),
  );
  const whole = parts.findIndex(({ weight }) => weight === 'random');
  const losses = parts.flatMap(({ values: sums, weight }) =>
    weight === 'random' ? [] : [{ sums, coefficient: weight }],
  );
  if (whole < 0) tape.differentiate(losses);
  else tape.differentiate(parts[whole].values, memory.put(weights[whole], parts[whole].values.shape), losses);
  const written = new Set(tape.dispatches.flatMap(({ tensors }) => tensors));
  const gradients = inputs
    .map((each) => tape.grad(each))
    .map((each, i) => (written.has(each) && !subject.inputs[i].data ? each : undefined));
  const recorded = [...parts.map(({ values }) => values), ...gradients.flatMap((each) => each ?? [])].filter(
    (each) => 'tape' in each.home,
  );
  tape.keep(...recorded);
  const plan = await compile(tape);

  const point = subject.inputs.map(({ values }) => values);
  /** What the device computes at a place: the parts, and the gradients. */
  const at = async (place: readonly Float32Array[]) => {
    inputs.forEach((each, i) => writeTensor(gpu, each, place[i]));
    plan.poison();
    await plan.run();
    const bound = [...parts.map(({ values }) => values), ...gradients.flatMap((each) => each ?? [])].map((each) =>
      'tape' in each.home ? new Tensor(each.shape, 'f32', each.label, { gpu, range: plan.range(each) }) : each,
    );
    const found = await readTensors(gpu, bound);
    const rest = found.slice(parts.length);
    return {
      parts: found.slice(0, parts.length),
      gradients: gradients.map((each, i) => (each ? rest.shift()! : new Float32Array(point[i].length))),
    };
  };
  const total = (values: readonly Numbers[]) => values.reduce((sum, each, n) => sum + dot(weights[n], each), 0);
  // How a row's sum is cut up, the twin does not know.
  const twinTotal = (values: readonly Numbers[]) =>
    values.reduce(
      (sum, each, n) =>
        sum + dot(parts[n].weight === 'random' ? weights[n] : Array<number>(each.length).fill(weights[n][0]), each),
      0,
    );
  const here = await at(point);
  const length = Math.hypot(...here.gradients.map((g) => Math.hypot(...g)));
  const scale = here.parts.reduce((sum, each, n) => sum + dot(weights[n].map(Math.abs), each.map(Math.abs)), 0);
  const worst: { differences: number; twin?: number } = { differences: 0, ...(subject.twin && { twin: 0 }) };
  for (let d = 0; d < directions; d++) {
    // At random, but leaning to the gradient, so that what float32 can tell of the function changes enough.
    const random = point.map((values, i) => draw.floats(values.length).map((v) => (subject.inputs[i].data ? 0 : v)));
    const share = Math.hypot(...random.map((r) => Math.hypot(...r)));
    const direction = random.map((r, i) => Float64Array.from(r, (v, j) => v / share + here.gradients[i][j] / length));
    const wanted = direction.reduce((sum, v, i) => sum + dot(v, here.gradients[i]), 0);
    const moved = (h: number) => point.map((values, i) => Float64Array.from(values, (v, j) => v + h * direction[i][j]));
    const h = (1e-3 * scale) / wanted;
    const [up, down] = [moved(h), moved(-h)].map((place) => place.map((values) => Float32Array.from(values)));
    // What was asked for and what float32 made of it differ.
    const way = up.map((values, i) => Float64Array.from(values, (v, j) => v - down[i][j]));
    const along = way.reduce((sum, v, i) => sum + dot(v, here.gradients[i]), 0);
    const difference = total((await at(up)).parts) - total((await at(down)).parts);
    worst.differences = Math.max(worst.differences, Math.abs(difference / along - 1));
    if (subject.twin) {
      const step = 1e-2 * h;
      const [above, below] = [moved(step), moved(-step)].map((place) => twinTotal(subject.twin!(...place)));
      worst.twin = Math.max(worst.twin!, Math.abs((above - below) / (2 * step) / wanted - 1));
    }
  }
  plan.dispose();
  memory.dispose();
  state.dispose();
  return worst;
}

interface LayerCase {
  layer: Layer;
  input: number[];
  /** Of weights that are another layer's. */
  borrowed?: Record<string, number[]>;
  /** Far from where it has kinks. */
  kinks?: 'units' | 'order';
  twin?: (x: Float64Array, ...weights: Float64Array[]) => Numbers[];
}

function ofLayer({ layer, input, borrowed = {}, kinks, twin }: LayerCase, draw: Draw): Subject {
  const shapes = {
    ...borrowed,
    ...Object.fromEntries(layer.parameters(input, {}).map(({ name, shape }) => [name, shape])),
  };
  const x = draw.floats(rows * product(input), 0.05, 0.95);
  // Every value some way from the next.
  if (kinks === 'order') x.forEach((_, i) => (x[i] = ((i * 37) % x.length) / 8));
  const weights = Object.entries(shapes).map(([name, shape]) => {
    const values = draw.floats(product(shape), -0.7, 0.7);
    // So large that a unit is on for all examples, or off.
    if (kinks === 'units' && name === 'bias')
      values.forEach((_, i) => (values[i] = (i % 2 ? -1 : 1) * (1 + product(input) * 0.7)));
    return { values, shape };
  });
  const names = Object.keys(shapes);
  return {
    parts: [layer],
    inputs: [{ values: x, shape: [rows, product(input)] }, ...weights],
    record(pass, [x, ...given]) {
      const parameter = (name: string) => given[names.indexOf(name)];
      const recorded = layer.forward(pass, x, parameter, { logits: false, mean: false, input });
      const { y, terms } = 'y' in recorded ? recorded : { y: recorded, terms: [] };
      return [{ values: y, weight: 'random' }, ...terms.map(({ sums }) => ({ values: sums, weight: beta }))];
    },
    twin,
  };
}

const image = [6, 5, 4] as const;
const window = windowOver('test', image, { kernel: [3, 2], stride: 2, padding: 'same' });
const single = windowOver('test', image, { kernel: [3, 3], stride: 1, padding: 'same' });
const enlarged = transposedWindow('test', image, 3, { kernel: [3, 3], stride: 2, padding: 1, extra: 1 });
const pooled = windowOver('test', image, { kernel: [3, 3], stride: 2, padding: 'same' });

const eachAxis = windowOver('test', image, { kernel: [3, 2], stride: [1, 3], padding: [1, 0] });
const higher = transposedWindow('test', image, 3, { kernel: [3, 3], stride: [3, 1], padding: [1, 0], extra: [2, 0] });
const dilated = windowOver('test', image, { kernel: [2, 3], stride: [2, 1], padding: 'same', dilation: [3, 2] });
const farther = transposedWindow('test', image, 3, {
  kernel: [2, 3],
  stride: [2, 3],
  padding: 1,
  extra: [1, 0],
  dilation: [2, 1],
});
const padded = windowOver('test', image, { kernel: [3, 2], stride: 2, padding: 1 });
const alongTwo = windowOver('test', [1, 9, 4], { kernel: [1, 3], stride: [1, 2], padding: 'same', dilation: [1, 2] });
const longer = transposedWindow('test', [1, 5, 4], 3, {
  kernel: [1, 4],
  stride: [1, 3],
  padding: [0, 1],
  extra: [0, 2],
});
const halved = windowOver('test', image, { kernel: [2, 1], stride: [2, 1], padding: 'valid' });

function residualTwin(x: Float64Array, ...[w1, b1, w2, b2, w3, b3]: Float64Array[]) {
  const first = denseReference(x, w1, b1, 6, 'tanh');
  const second = denseReference(first, w2, b2, 5, 'sigmoid').map((v, i) => v + first[i]);
  return [denseReference(second, w3, b3, 5, 'linear').map((v, i) => v + x[i])];
}

/** All that compute: `flatten` and `reshape` hand on the tensor that they are given. */
const layers: Record<string, LayerCase> = {
  ...Object.fromEntries(
    activationNames.map((f) => [`dense, ${f}`, { layer: dense(5, f), input: [6], kinks: /relu/i.test(f) ? 'units' : undefined, twin: (x, w, bias) => [denseReference(x, w, bias, 6, f)] } satisfies LayerCase]),
  ),
  'dense, tied': { layer: dense(5, 'tanh').mirrored!(), input: [6], borrowed: { weight: [6, 5] }, twin: (x, w, bias) => [denseReference(x, transposed(w, 5), bias, 6, 'tanh')] },
  ...Object.fromEntries(
    ([['leakyRelu', { slope: 0.2 }], ['elu', { alpha: 0.4 }]] as const).map((f) => [`dense, ${f[0]} with a parameter`, { layer: dense(5, f), input: [6], kinks: 'units', twin: (x, w, bias) => [denseReference(x, w, bias, 6, f)] } satisfies LayerCase]),
  ),
  'activation': { layer: activation('silu'), input: [6], twin: (x) => [x.map(activationOf('silu').f)] },
  'layerNorm': { layer: layerNorm(), input: [6], twin: (x, w, bias) => [layerReference(x, w, bias, 1e-5)] },
  'layerNorm, of images': { layer: layerNorm(), input: [...image], twin: (x, w, bias) => [layerReference(x, w, bias, 1e-5)] },
  'groupNorm': { layer: groupNorm(2), input: [...image], twin: (x, w, bias) => [groupReference(x, w, bias, { places: 30, groups: 2, epsilon: 1e-5 })] },
  'groupNorm, of features': { layer: groupNorm(3, { epsilon: 0.01 }), input: [12], twin: (x, w, bias) => [groupReference(x, w, bias, { places: 1, groups: 3, epsilon: 0.01 })] },
  'batchNorm': { layer: batchNorm(), input: [6], twin: (x, w, bias) => [batchReference(x, w, bias, 1e-5).y] },
  'batchNorm, of images': { layer: batchNorm({ epsilon: 0.01 }), input: [...image], twin: (x, w, bias) => [batchReference(x, w, bias, 0.01).y] },
  'residual': { layer: residual([dense(5, 'tanh'), residual([dense(5, 'sigmoid')]), dense(6)]), input: [6], twin: residualTwin },
  'topK': { layer: topK(3), input: [12], kinks: 'order', twin: (x) => [topKReference(x, 12, 3)] },
  'topK, of a batch': { layer: topK(3, { batch: true }), input: [12], kinks: 'order', twin: (x) => [topKOfBatchReference(x, 12, 3)] },
  'dropout': { layer: dropout(0.3), input: [30], twin: (x) => [drawnForBatch(words, rows, 30, { seed: 1 }).map((word, i) => (word < Math.round(0.3 * 2 ** 32) ? 0 : x[i] / 0.7))] },
  'gaussian': {
    layer: gaussian(3, { beta }),
    input: [6],
    twin(x, w, bias) {
      const head = denseReference(x, w, bias, 6, 'linear');
      const noise = drawnForBatch(normals, rows, 3, { seed: 1 });
      const [mean, logvar] = [0, 3].map((offset) => noise.map((_, i) => head[Math.floor(i / 3) * 6 + offset + (i % 3)]));
      const kl = rowTotals(mean.map((m, i) => (m * m + Math.expm1(logvar[i]) - logvar[i]) / 2), 3);
      return [mean.map((m, i) => m + Math.exp(logvar[i] / 2) * noise[i]), kl];
    },
  },
  'conv2d': { layer: conv2d(3, [3, 2], 'tanh', { stride: 2, padding: 'same' }), input: [...image], twin: (x, w, bias) => [convReference(x, w, bias, 3, window, 'tanh').y] },
  'conv2d, a stride for each axis': { layer: conv2d(3, [3, 2], 'tanh', { stride: [1, 3], padding: [1, 0] }), input: [...image], twin: (x, w, bias) => [convReference(x, w, bias, 3, eachAxis, 'tanh').y] },
  'conv2d, dilated': { layer: conv2d(3, [2, 3], 'tanh', { stride: [2, 1], padding: 'same', dilation: [3, 2] }), input: [...image], twin: (x, w, bias) => [convReference(x, w, bias, 3, dilated, 'tanh').y] },
  'conv2d, depthwise': { layer: conv2d(4, 3, 'tanh', { padding: 'same', groups: 4 }), input: [...image], twin: (x, w, bias) => [groupedReference(x, w, bias, 4, 4, single, 'tanh').y] },
  'conv2d, depthwise, two filters a channel': { layer: conv2d(8, [2, 3], 'tanh', { stride: [2, 1], padding: 'same', dilation: [3, 2], groups: 4 }), input: [...image], twin: (x, w, bias) => [groupedReference(x, w, bias, 8, 4, dilated, 'tanh').y] },
  'conv2d, in groups': { layer: conv2d(6, [3, 2], 'sigmoid', { stride: 2, padding: 'same', groups: 2 }), input: [...image], twin: (x, w, bias) => [groupedReference(x, w, bias, 6, 2, window, 'sigmoid').y] },
  'conv2d of one filter': { layer: conv2d(1, 3, 'sigmoid', { padding: 'same' }), input: [...image], twin: (x, w, bias) => [convReference(x, w, bias, 1, single, 'sigmoid').y] },
  'convTranspose2d': {
    layer: convTranspose2d(3, 3, 'softplus', { stride: 2, padding: 1, outputPadding: 1 }),
    input: [...image],
    twin: (x, w, bias) => [transposedReference(x, w, bias, 4, enlarged, 'softplus').y],
  },
  'convTranspose2d, a stride for each axis': {
    layer: convTranspose2d(3, 3, 'softplus', { stride: [3, 1], padding: [1, 0], outputPadding: [2, 0] }),
    input: [...image],
    twin: (x, w, bias) => [transposedReference(x, w, bias, 4, higher, 'softplus').y],
  },
  'convTranspose2d, dilated': {
    layer: convTranspose2d(3, [2, 3], 'softplus', { stride: [2, 3], padding: 1, outputPadding: [1, 0], dilation: [2, 1] }),
    input: [...image],
    twin: (x, w, bias) => [transposedReference(x, w, bias, 4, farther, 'softplus').y],
  },
  'conv1d': { layer: conv1d(3, 3, 'tanh', { stride: 2, padding: 'same', dilation: 2 }), input: [9, 4], twin: (x, w, bias) => [convReference(x, w, bias, 3, alongTwo, 'tanh').y] },
  'conv1d, depthwise': { layer: conv1d(4, 3, 'tanh', { stride: 2, padding: 'same', dilation: 2, groups: 4 }), input: [9, 4], twin: (x, w, bias) => [groupedReference(x, w, bias, 4, 4, alongTwo, 'tanh').y] },
  'convTranspose1d': {
    layer: convTranspose1d(3, 4, 'softplus', { stride: 3, padding: 1, outputPadding: 2 }),
    input: [5, 4],
    twin: (x, w, bias) => [transposedReference(x, w, bias, 4, longer, 'softplus').y],
  },
  'maxPool1d': { layer: maxPool1d(3, { stride: 2, padding: 1 }), input: [8, 3], kinks: 'order', twin: (x) => [poolReference(x, windowOver('test', [1, 8, 3], { kernel: [1, 3], stride: [1, 2], padding: [0, 1] }))] },
  'avgPool1d': { layer: avgPool1d(3, { stride: 2, padding: 'same' }), input: [8, 3], twin: (x) => [averageReference(x, windowOver('test', [1, 8, 3], { kernel: [1, 3], stride: [1, 2], padding: 'same' }))] },
  'upsample1d': { layer: upsample1d(3, 'linear'), input: [5, 4], twin: (x) => [upsampleReference(x, [1, 5, 4], [1, 3], 'bilinear')] },
  'maxPool2d, padded by a number': { layer: maxPool2d([3, 2], { stride: 2, padding: 1 }), input: [...image], kinks: 'order', twin: (x) => [poolReference(x, padded)] },
  'maxPool2d, a window for each axis': { layer: maxPool2d([2, 1]), input: [...image], kinks: 'order', twin: (x) => [poolReference(x, halved)] },
  'upsample2d, a factor for each axis': { layer: upsample2d([3, 1], 'bilinear'), input: [...image], twin: (x) => [upsampleReference(x, image, [3, 1], 'bilinear')] },
  'maxPool2d': { layer: maxPool2d(3, { stride: 2, padding: 'same' }), input: [...image], kinks: 'order', twin: (x) => [poolReference(x, pooled)] },
  'avgPool2d': { layer: avgPool2d(3, { stride: 2, padding: 'same' }), input: [...image], twin: (x) => [averageReference(x, pooled)] },
  'upsample2d, nearest': { layer: upsample2d(2), input: [...image], twin: (x) => [upsampleReference(x, image, 2, 'nearest')] },
  'upsample2d, bilinear': { layer: upsample2d(3, 'bilinear'), input: [...image], twin: (x) => [upsampleReference(x, image, 3, 'bilinear')] },
}; // prettier-ignore

const rowTotals = (values: Float64Array, columns: number) =>
  Float64Array.from({ length: values.length / columns }, (_, r) =>
    values.subarray(r * columns, (r + 1) * columns).reduce((a, b) => a + b, 0),
  );

const none = () => {
  throw new Error('this penalty asks for none');
};
const decodes = {
  output: none,
  decode: none,
  counter: none,
};

/** A penalty on a code that two layers make, as `fit` has it: sums over the batch's rows, of which the loss takes the mean. */
function ofPenalty(
  penalty: Penalty,
  draw: Draw,
  twin?: (x: Float64Array, w1: Float64Array, b1: Float64Array, w2: Float64Array, b2: Float64Array) => number,
): Subject {
  const encoder = [dense(5, 'tanh'), dense(3, 'sigmoid')];
  const shapes = [[rows, 6], [5, 6], [5], [3, 5], [3]];
  return {
    parts: [penalty],
    // What is corrupted is data: no gradient goes past the noise.
    inputs: shapes.map((shape, i) => ({ values: draw.floats(product(shape)), shape, data: i === 0 })),
    record(pass, [x, ...given]) {
      const encode = (from: Tensor) => {
        let y = from;
        return encoder.map(
          (layer, l) =>
            (y = layer.forward(pass, y, (name) => given[2 * l + (name === 'bias' ? 1 : 0)], {
              logits: false,
              mean: false,
              input: [y.columns],
            }) as Tensor),
        );
      };
      const outputs = encode(x);
      const terms = penalty.record({
        pass,
        input: x,
        code: outputs[1],
        outputs,
        encoder: { placed: [], parameter: (i) => given[2 * i] },
        decoder: { placed: [], parameter: none },
        weights: () => [given[0], given[2]],
        encode: (nearby) => encode(nearby)[1],
        target: x,
        ...decodes,
      });
      return terms.map(({ sums }) => ({ values: sums, weight: 1 }));
    },
    twin:
      twin &&
      ((...inputs) => [
        [rows * twin(...(inputs as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]))],
      ]),
  };
}

const codeOf = (x: Float64Array, w1: Float64Array, b1: Float64Array, w2: Float64Array, b2: Float64Array) =>
  denseReference(denseReference(x, w1, b1, 6, 'tanh'), w2, b2, 5, 'sigmoid');
const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);

/** The auxiliary loss of a sparse code of `units` numbers, of which some are dead; nothing is counted on. What the others leave is data. */
function ofDeadLatents(units: number, draw: Draw): Subject {
  const [features, k, weight] = [6, 2, 0.3];
  const shapes = [[rows, 6], [units, 6], [units], [features, units], [rows, features], [rows, features], [units]];
  const dead = Array.from({ length: units }, (_, j) => j % 3 === 1);
  const code = topK(1);
  const penalty = deadLatents({ after: 9, k });
  const values = shapes.map((shape) => draw.floats(product(shape)));
  values[6] = Float32Array.from(dead, (each) => (each ? 9 : 0));
  return {
    parts: [code, penalty],
    inputs: shapes.map((shape, i) => ({ values: values[i], shape, data: i === 0 || i > 3 })),
    record(pass, [x, w, bias, out, target, output, idle]) {
      const options = { logits: false, mean: false, input: [6] };
      const latents = dense(units, 'tanh').forward(pass, x, (name) => (name === 'bias' ? bias : w), options) as Tensor;
      const z = code.forward(pass, latents, none, options) as Tensor;
      const [term] = penalty.record({
        pass: new Pass(pass.tape, 'evaluate', pass.state),
        input: x,
        code: z,
        outputs: [latents, z],
        encoder: { placed: [], parameter: none },
        decoder: { placed: [], parameter: () => out },
        weights: none,
        encode: none,
        ...decodes,
        target,
        output: () => output,
        counter: () => idle,
      });
      return [{ values: term.sums, weight }];
    },
    twin(x, w, bias, out, target, output) {
      const z = topKAmong(denseReference(x, w, bias, 6, 'tanh'), dead, k);
      return [[rows * explanationLoss({ x: target, y: output, z, w: out }, units)]];
    },
  };
}

const penalties: Record<string, (draw: Draw) => Subject> = {
  'contractive': (draw) => ofPenalty(contractive(0.7), draw, (x, w, bias, w2, bias2) => sum(contraction([{ w, bias, activation: 'tanh' }, { w: w2, bias: bias2, activation: 'sigmoid' }], x, 6, 0.7)) / rows),
  'contractive, by an estimate': (draw) => ofPenalty(contractive(0.7, { estimate: true }), draw),
  'stochastic contractive': (draw) => ofPenalty(stochasticContractive(2, 0.3), draw),
  'sparsity': (draw) => ofPenalty(sparsity(0.3), draw, (...inputs) => (0.3 * sum(codeOf(...inputs))) / rows),
  'dead latents': (draw) => ofDeadLatents(12, draw),
  'dead latents, of a wide code': (draw) => ofDeadLatents(36, draw),
  'weight decay': (draw) => ofPenalty(weightDecay(0.1), draw, (_, w1, __, w2) => 0.05 * (sum(w1.map((w) => w * w)) + sum(w2.map((w) => w * w)))),
}; // prettier-ignore

/** A loss of outputs against targets, neither of them where it has a kink. */
function ofLoss(kernel: ElementLoss, draw: Draw, twin: (y: number, x: number) => { loss: number }): Subject {
  const [columns, factor] = [7, 0.3];
  const x = draw.floats(rows * columns, 0.05, 0.95);
  const off = draw.offZero(rows * columns, 0.2, 0.8);
  return {
    inputs: [
      { values: x.map((v, i) => v + off[i] + Math.sign(off[i]) * (i % 2)), shape: [rows, columns] },
      { values: x, shape: [rows, columns], data: true },
    ],
    record: ({ tape, state }, [y, target]) => [{ values: loss(tape, kernel, y, target, state, factor), weight: 1 }],
    twin: (y, target) => [[factor * sum(y.map((v, i) => twin(v, target[i]).loss))]],
  };
}

/** The cross-entropy of a group of three categories and one of four, with probabilities as targets. */
function ofCategories(draw: Draw): Subject {
  const sizes = [3, 4];
  const loss = categorical(sizes);
  const columns = 7;
  return {
    parts: [loss],
    inputs: [
      { values: draw.floats(rows * columns, -2, 2), shape: [rows, columns] },
      { values: draw.floats(rows * columns, 0, 1), shape: [rows, columns], data: true },
    ],
    record: ({ tape, state }, [y, target]) => [
      { values: loss.recorded!.rows(tape, y, target, state, true), weight: 1 },
    ],
    twin: (y, target) => [[sum(categoricalReference(y, target, sizes, rows, 0.5).rows)]],
  };
}

const losses: Record<string, (draw: Draw) => Subject> = {
  ...Object.fromEntries(
    (['mse', 'bce', 'mae', 'huber'] as const).map((name) => [
      `loss: ${name}`,
      (draw: Draw) => ofLoss(asLoss('test', name).kernel!, draw, lossesReference[name]),
    ]),
  ),
  'loss: huber, of another delta': (draw) => ofLoss(huber({ delta: 0.5 }).kernel!, draw, huberReference(0.5)),
  'loss: categorical': (draw) => ofCategories(draw),
  'loss: elementwise': (draw) =>
    ofLoss(
      elementwise({ name: 'log cosh', wgsl: 'log(cosh(y - x))', derivative: 'accurate_tanh(y - x)' }).kernel!,
      draw,
      (y, x) => ({ loss: Math.log(Math.cosh(y - x)) }),
    ),
};

const subjects = [
  ...Object.entries(layers).map(([name, each]) => [name, (draw: Draw) => ofLayer(each, draw)] as const),
  ...Object.entries(penalties),
  ...Object.entries(losses),
];

describe.each(subjects)('%s', (name, make) => {
  it('the gradient agrees with differences along random directions', { timeout: 600_000 }, async ({ task }) => {
    const [points, directions] = [times(1, 5), times(2, 20)];
    let [differences, twins] = [0, 0];
    for (let p = 0; p < points; p++) {
      const found = await compare(make(new Draw(60 + p)), directions);
      expect(found.differences).toBeLessThan(2e-3);
      if (found.twin !== undefined) expect(found.twin).toBeLessThan(1e-5);
      differences = Math.max(differences, found.differences);
      twins = Math.max(twins, found.twin ?? 0);
    }
    tried(
      task,
      `the gradient of ${name}, at ${points} places along ${directions} random directions for each`,
      points * directions,
      `within ${differences.toExponential(1)} of central differences in float32${twins ? `, within ${twins.toExponential(1)} of a float64 twin's` : ''}`,
    );
  });
});
