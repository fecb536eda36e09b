/** Every way in which the tuner may have a product or a convolution done, at awkward shapes, against float64. */
import { describe, expect, it } from 'vitest';
import type { ActivationName } from '../../src/kernels/activation.ts';
import { conv2d, convTranspose2d } from '../../src/kernels/conv2d.ts';
import { product } from '../../src/kernels/matmul.ts';
import { windowOver } from '../../src/kernels/window.ts';
import { Gpu } from '../../src/runtime/device.ts';
import { tape as makeTape, type Tape } from '../../src/runtime/tape.ts';
import type { Tensor } from '../../src/runtime/tensor.ts';
import { activations } from '../reference/activation.ts';
import { conv2d as gathered, convTranspose2d as scattered, convWeights } from '../reference/conv2d.ts';
import { matmul } from '../reference/matmul.ts';
import { expectClose } from '../support/close.ts';
import {
  nameOf as nameOfConvolution,
  narrowCase,
  randomCase,
  sizes,
  wideCase,
  type Case as Convolution,
} from '../support/convolutions.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';
import { Inputs, run } from '../support/run.ts';
import { thorough, times, tried } from '../support/thorough.ts';

/** A processor gets large tiles in small workgroups, a GPU is tried with small ones too. */
const adapters = { 'as on a processor': true, 'as on a GPU': false };

/** What a case records, and what each of the tensors must hold: as far off as `tolerance` allows at that place. */
interface Wanted {
  tensor: Tensor;
  values: ArrayLike<number>;
  tolerance: (i: number) => number;
  name: string;
}
type Case = (tape: Tape, memory: Inputs) => Wanted[];

/** The way of all dispatches that are recorded: the n-th, or the last where there are fewer. */
let chosen = 0;

/** One Gpu for each kind of adapter: it keeps the pipelines, which are what takes time. */
const gpus = new Map<boolean, Gpu>();
async function gpuFor(isFallback: boolean): Promise<Gpu> {
  const { device } = await sharedGpu();
  const gpu =
    gpus.get(isFallback) ??
    new Gpu(device, { vendor: 'test', architecture: 'test', description: '', isFallback }, false, 'fixed');
  gpu.tuner.first = async ({ ways }) => ways[Math.min(chosen, ways.length - 1)];
  gpus.set(isFallback, gpu);
  return gpu;
}

/** Checks cases in all of their ways, and counts how many there were of each kernel and way. */
async function check(isFallback: boolean, cases: readonly Case[], counts: Map<string, number>): Promise<void> {
  const gpu = await gpuFor(isFallback);
  const memory = new Inputs(gpu);
  for (let way = 0, most = 1; way < most; way++) {
    chosen = way;
    const tape = makeTape(gpu);
    const wanted: Wanted[] = [];
    for (const each of cases) {
      const before = tape.dispatches.length;
      const found = each(tape, memory);
      const own = tape.dispatches.slice(before);
      most = Math.max(most, ...own.map(({ choice }) => choice?.ways.length ?? 1));
      // What has fewer ways has been checked in all of them.
      if (way > 0 && own.every(({ choice }) => (choice?.ways.length ?? 1) <= way)) continue;
      wanted.push(...found);
      for (const { choice, shader } of own) {
        if (choice && way < choice.ways.length)
          count(counts, `${choice.problem.replace(/ ?\d+(x\d+)+/, '')} in ${choice.ways[way]}`);
        else if (!choice && way === 0 && shader.label.includes('of one filter')) count(counts, shader.label);
      }
    }
    const results = await run(
      tape,
      wanted.map(({ tensor }) => tensor),
    );
    wanted.forEach(({ values, tolerance, name }, i) => expectClose(results[i], values, tolerance, name));
  }
  memory.dispose();
}

const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

/** The error of a sum of k products: each is rounded, and the errors add up like a random walk. */
const bound = (k: number, magnitude: number) => 4 * Math.sqrt(k) * 2 ** -24 * magnitude + 1e-37;

const transposings = [{}, { transposeB: true }, { transposeA: true }];
const nameOf = ({ transposeA, transposeB }: (typeof transposings)[number]) =>
  (transposeA ? 'T' : 'N') + (transposeB ? 'T' : 'N');

/** What a layer does to a product before it is stored: on the way there, on the way back, and to the gradient of its weights. */
interface Epilogue {
  bias?: boolean;
  activation?: ActivationName;
  slope?: ActivationName;
  sums?: boolean;
}
const epilogueOf = ({ transposeA, transposeB }: (typeof transposings)[number]): Epilogue =>
  transposeA ? { sums: true } : transposeB ? { bias: true, activation: 'sigmoid' } : { slope: 'tanh' };

/** y = f(op(a) op(b) + bias), times the slope of an activation, with the sums of op(a)'s rows. */
function productOf(
  draw: Draw,
  m: number,
  n: number,
  k: number,
  transposes: (typeof transposings)[number],
  epilogue: Epilogue = {},
): Case {
  const [a, b] = [draw.floats(m * k), draw.floats(k * n)];
  const { activation = 'linear', slope } = epilogue;
  const bias = epilogue.bias ? draw.floats(n) : undefined;
  const z = slope && draw.offZero(m * n, 0.1, 3);
  const { y: sums, magnitude } = matmul(a, b, { m, n, k, ...transposes });
  const name = `${nameOf(transposes)} ${m}x${n}x${k} ${JSON.stringify(epilogue)}`;
  const values = sums.map(
    (sum, i) => activations[activation].f(sum + (bias?.[i % n] ?? 0)) * (slope ? activations[slope].slope(z![i]) : 1),
  );
  // Neither of these functions is steeper than 1; what they are off themselves is a matter of their own tests.
  const own = activation === 'linear' && !slope ? 0 : 1e-6;
  const tolerance = (i: number) =>
    bound(k + (bias ? 1 : 0), magnitude[i] + Math.abs(bias?.[i % n] ?? 0)) + own * (1 + Math.abs(sums[i]));
  const rows =
    epilogue.sums && transposes.transposeA
      ? matmul(a, new Float32Array(k).fill(1), { m, n: 1, k, transposeA: true })
      : undefined;
  const shapes = { a: transposes.transposeA ? [k, m] : [m, k], b: transposes.transposeB ? [n, k] : [k, n] };
  return (tape, memory) => {
    const [y, sums] = [tape.tensor([m, n]), rows && tape.tensor([m])];
    product(tape, {
      ...transposes, y, sums, activation,
      a: memory.put(a, shapes.a),
      b: memory.put(b, shapes.b),
      bias: bias && memory.put(bias),
      slope: slope && { activation: slope, saved: memory.put(z!.map(activations[slope].f), [m, n]) },
    }); // prettier-ignore
    return [
      { tensor: y, values, tolerance, name },
      ...(sums
        ? [
            {
              tensor: sums,
              values: rows!.y,
              tolerance: (i: number) => bound(k, rows!.magnitude[i]),
              name: `${name}: sums`,
            },
          ]
        : []),
    ];
  };
}

/** A convolution or a transposed one, with its three gradients. */
function convolutionOf(draw: Draw, each: Convolution, transposed: boolean): Case {
  const { batch, filters, window } = each;
  const { x: pixels, y: places, weights, w: shape } = sizes(each);
  const [inputs, outputs, biases] = transposed ? [places, pixels, window.image[2]] : [pixels, places, filters];
  const [x, w, bias, dy] = [inputs, weights, biases, outputs].map((size) => draw.floats(size));
  const [forward, back] = transposed ? [scattered, gathered] : [gathered, scattered];
  const [taps, outside] = [window.kernel[0] * window.kernel[1], window.outputSize[0] * window.outputSize[1] * batch];
  const [y, dx] = [forward(x, w, bias, filters, window), back(dy, w, undefined, filters, window)];
  const dw = transposed ? convWeights(x, dy, filters, window) : convWeights(dy, x, filters, window);
  const dbias = matmul(new Float32Array(outputs / biases).fill(1), dy, { m: 1, n: biases, k: outputs / biases });
  const name = `${transposed ? 'transposed ' : ''}${nameOfConvolution(each)}`;
  const [terms, termsBack] = (transposed ? [filters, window.image[2]] : [window.image[2], filters]).map(
    (channels) => taps * channels,
  );
  return (tape, memory) => {
    const put = [memory.put(x, [batch, inputs / batch]), memory.put(w, shape), memory.put(bias)] as const;
    const made = (transposed ? convTranspose2d : conv2d)(tape, ...put, window);
    tape.differentiate(made, memory.put(dy, made.shape));
    const within = (tensor: Tensor, { y, magnitude }: typeof dw, k: number, what: string): Wanted => ({
      tensor,
      values: y,
      tolerance: (i) => bound(k, magnitude[i]),
      name: `${name}: ${what}`,
    });
    const [gradX, gradW, gradBias] = put.map((each) => tape.grad(each));
    return [
      within(made, y, terms + 1, 'y'),
      within(gradX, dx, termsBack, 'dx'),
      within(gradW, dw, outside, 'dw'),
      within(gradBias, dbias, outputs / biases, 'dbias'),
    ];
  };
}

/** One, two, odd, the sides of tiles and quads, and one less and more. */
const sides = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65];
const side = (draw: Draw): number => (draw.whole(0, 2) ? draw.pick(sides) : draw.whole(1, 80));

/**
 * Draws cases by eights until each way has been seen often enough: of each kind in turn, and in every second round of the kind that has brought
 * most of the way that was seen least. Returns how often each way was.
 */
async function enough(isFallback: boolean, kinds: readonly (() => Case)[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const found = kinds.map(() => new Map<string, number>());
  const least = times(1, 200);
  for (let round = 0; round < kinds.length || Math.min(...counts.values()) < least; round++) {
    const rarest = [...counts.keys()].reduce(
      (a, b) => ((counts.get(b) ?? 0) < (counts.get(a) ?? Infinity) ? b : a),
      '',
    );
    const yields = found.map((ways) => ways.get(rarest) ?? 0);
    const inTurn = round < kinds.length ? round : round % 2 ? undefined : (round / 2) % kinds.length;
    const kind = inTurn ?? yields.indexOf(Math.max(...yields));
    const ways = new Map<string, number>();
    await check(isFallback, Array.from({ length: times(1, 8) }, kinds[kind]), ways);
    for (const [way, n] of ways) for (const map of [counts, found[kind]]) map.set(way, (map.get(way) ?? 0) + n);
    expect(round, 'drawn without an end').toBeLessThan(2_000);
  }
  return counts;
}

const summary = (counts: Map<string, number>) =>
  `each value within 4 √k 2⁻²⁴ Σ|a b| of float64; ${counts.size} kernels and ways, at least ${Math.min(...counts.values())} shapes each`;
const total = (counts: Map<string, number>) => [...counts.values()].reduce((sum, n) => sum + n, 0);

describe.each(Object.entries(adapters))('%s', (adapter, isFallback) => {
  it.for(transposings)('products, %o', { timeout: 1_200_000 }, async (transposes, { task }) => {
    const draw = new Draw(transposings.indexOf(transposes) + (isFallback ? 10 : 20));
    const epilogue = () => (thorough && draw.whole(0, 2) === 0 ? epilogueOf(transposes) : {});
    const shape = (m: () => number, n: () => number) => () =>
      productOf(draw, m(), n(), side(draw), transposes, epilogue());
    const any = () => side(draw);
    const wide = () => draw.whole(65, 200);
    const few = () => draw.whole(2, 4);
    const all = [
      shape(any, any),
      shape(() => 1, wide),
      shape(wide, () => 1),
      shape(few, wide),
      shape(wide, few),
      shape(() => 1, any),
      shape(any, () => 1),
      shape(
        () => draw.whole(256, 270),
        () => draw.whole(256, 270),
      ),
      shape(
        () => draw.whole(5, 8),
        () => draw.whole(5, 90),
      ),
    ];
    const counts = await enough(isFallback, thorough ? all : [all[0], shape(wide, wide)]);
    tried(
      task,
      `products ${nameOf(transposes)} of random and awkward shapes, a third with ${Object.keys(epilogueOf(transposes)).join(' and ')}; ${adapter}`,
      total(counts),
      summary(counts),
    );
  });

  it.runIf(thorough).for(transposings)(
    'products of more than 65,535 rows, columns, steps or workgroups, %o (they take minutes: only in npm run reliability)',
    { timeout: 600_000 },
    async (transposes, { task }) => {
      const draw = new Draw(30);
      const shapes = [[65_537, 1, 3], [70_001, 5, 2], [66_000, 16, 3], [65_536, 9, 5], [1, 70_001, 3], [4, 65_539, 2], [17, 65_552, 1], [3, 2, 70_001], [18, 20, 65_537], ...(isFallback ? [[4 * 16 * 65_536 + 5, 1, 1]] : [])]; // prettier-ignore
      const counts = new Map<string, number>();
      for (const [m, n, k] of shapes) await check(isFallback, [productOf(draw, m, n, k, transposes)], counts);
      tried(
        task,
        `products ${nameOf(transposes)} with a side of more than 65,535${isFallback ? ', one with more than 65,535 workgroups' : ''}; ${adapter}`,
        total(counts),
        summary(counts),
      );
    },
  );

  it.runIf(thorough).for([false, true])(
    'convolutions of more than 65,535 examples or places, transposed: %s (they take minutes: only in npm run reliability)',
    { timeout: 1_200_000 },
    async (transposed, { task }) => {
      const draw = new Draw(60);
      const each = (
        batch: number,
        image: [number, number, number],
        filters: number,
        kernel: [number, number],
        stride = 1,
      ): Convolution => ({ batch, filters, window: windowOver('test', image, { kernel, stride, padding: 'same' }) });
      const cases = [
        each(65_537, [1, 1, 3], 2, [1, 1]),
        each(1, [257, 256, 2], 5, [2, 2]),
        each(1, [1, 65_537, 4], 1, [1, 3]),
        each(3, [300, 220, 1], 1, [2, 1]),
        each(2, [500, 140, 18], 20, [1, 2], 2),
        each(66_001, [1, 2, 1], 17, [1, 2]),
      ];
      const counts = new Map<string, number>();
      for (const one of cases) await check(isFallback, [convolutionOf(draw, one, transposed)], counts);
      tried(
        task,
        `${transposed ? 'transposed ' : ''}convolutions and their gradients, of more than 65,535 examples or places; ${adapter}`,
        total(counts),
        summary(counts),
      );
    },
  );

  it.runIf(thorough || isFallback).for([false, true])(
    'convolutions with their gradients, transposed: %s (as on a GPU only in npm run reliability: it takes minutes)',
    { timeout: 1_200_000 },
    async (transposed, { task }) => {
      const draw = new Draw(isFallback ? 40 : 50);
      const single = (): Convolution => {
        const window = windowOver('test', [draw.whole(1, 9), draw.whole(1, 9), 4 * draw.whole(1, 4)], {
          kernel: [draw.whole(1, 2), draw.whole(1, 2)],
          stride: 1,
          padding: 'same',
        });
        return { batch: draw.whole(1, 5), filters: 1, window };
      };
      const all = [9, 40, 1].map((most) => () => convolutionOf(draw, randomCase(draw, most), transposed));
      const counts = await enough(
        isFallback,
        thorough
          ? [
              ...all,
              () => convolutionOf(draw, single(), transposed),
              ...[narrowCase, wideCase].map((each) => () => convolutionOf(draw, each(draw), transposed)),
            ]
          : all.slice(0, 2),
      );
      tried(
        task,
        `${transposed ? 'transposed ' : ''}convolutions and their gradients, of random images, kernels, strides and paddings; ${adapter}`,
        total(counts),
        summary(counts),
      );
    },
  );
});
