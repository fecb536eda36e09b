/** The models that are trained: the same for every library, down to the first weights and the order of the examples. */

type Activation = 'relu' | 'sigmoid' | 'linear';

export type LayerWork =
  | { readonly kind: 'dense'; readonly units: number; readonly activation: Activation }
  /** Means and log-variances of a Gaussian code. */
  | { readonly kind: 'gaussian'; readonly units: number }
  | {
      readonly kind: 'conv';
      readonly filters: number;
      readonly kernel: number;
      readonly padding: 'same' | 'valid';
      readonly activation: Activation;
    }
  /** The largest of each 2 × 2, an odd side filled up at its end. */
  | { readonly kind: 'pool' }
  /** Each pixel twice as high and as wide. */
  | { readonly kind: 'upsample' };

export interface ModelWork {
  readonly kind: 'model';
  readonly name: string;
  /** in words, for tables */
  readonly title: string;
  /** of one example: features, or height, width and channels */
  readonly input: readonly number[];
  readonly layers: readonly LayerWork[];
  /** how many of the layers make the code */
  readonly code: number;
  readonly batch: number;
}

interface Dense {
  sizes: readonly number[];
  code: number;
  variational?: boolean;
  activation?: 'relu' | 'sigmoid';
  linearCode?: boolean;
}

function dense(
  name: string,
  { sizes, code, variational, activation = 'relu', linearCode }: Dense,
  batch: number,
): ModelWork {
  const layers = sizes.slice(1).map((units, i): LayerWork => {
    if (variational && i + 1 === code) return { kind: 'gaussian', units };
    return {
      kind: 'dense',
      units,
      activation: i + 2 === sizes.length ? 'sigmoid' : linearCode && i + 1 === code ? 'linear' : activation,
    };
  });
  return {
    kind: 'model',
    name,
    title: `${sizes.join('-')}${variational ? ' variational' : ''}, batch ${batch}`,
    input: [sizes[0]],
    layers,
    code,
    batch,
  };
}

const simple: Dense = { sizes: [784, 32, 784], code: 1 };
const deep: Dense = { sizes: [784, 128, 64, 32, 64, 128, 784], code: 3 };
const vae: Dense = { sizes: [784, 400, 20, 400, 784], code: 2, variational: true };
const hinton: Dense = {
  sizes: [784, 1000, 500, 250, 30, 250, 500, 1000, 784],
  code: 4,
  activation: 'sigmoid',
  linearCode: true,
};

const conv = (
  filters: number,
  { padding = 'same', activation = 'relu' }: { padding?: 'same' | 'valid'; activation?: Activation } = {},
): LayerWork => ({ kind: 'conv', filters, kernel: 3, padding, activation });
const pool: LayerWork = { kind: 'pool' };
const upsample: LayerWork = { kind: 'upsample' };

/** The Keras blog's. */
const convolutional = (batch: number): ModelWork => ({
  kind: 'model',
  name: 'conv',
  title: `convolutional, 28 × 28 to 4 × 4 × 8, batch ${batch}`,
  input: [28, 28, 1],
  layers: [
    conv(16),
    pool,
    conv(8),
    pool,
    conv(8),
    pool,
    conv(8),
    upsample,
    conv(8),
    upsample,
    conv(16, { padding: 'valid' }),
    upsample,
    conv(1, { activation: 'sigmoid' }),
  ],
  code: 6,
  batch,
});

export const models: readonly ModelWork[] = [
  dense('simple', simple, 256),
  dense('deep', deep, 256),
  dense('vae', vae, 128),
  dense('hinton', hinton, 256),
  convolutional(128),
  dense('simple-32', simple, 32),
  dense('simple-1024', simple, 1024),
  dense('simple-4096', simple, 4096),
];

/** Batches that every library goes through in this order, again and again: its epoch. */
export const batches = 4;
export const rate = 1e-3;
/** Adam's, in all libraries. */
export const epsilon = 1e-8;

const product = (shape: readonly number[]): number => shape.reduce((all, n) => all * n, 1);

/** Numbers in one example. */
export const featuresOf = ({ input }: ModelWork): number => product(input);

export const isVariational = ({ layers }: ModelWork): boolean => layers.some(({ kind }) => kind === 'gaussian');

/** What one example is before the first layer, and after each. */
export function shapes({ input, layers }: ModelWork): (readonly number[])[] {
  const all = [input];
  for (const layer of layers) all.push(after(layer, all.at(-1)!));
  return all;
}

function after(layer: LayerWork, [height, width, channels]: readonly number[]): number[] {
  switch (layer.kind) {
    case 'dense':
    case 'gaussian':
      return [layer.units];
    case 'conv': {
      const lost = layer.padding === 'same' ? 0 : layer.kernel - 1;
      return [height - lost, width - lost, layer.filters];
    }
    case 'pool':
      return [Math.ceil(height / 2), Math.ceil(width / 2), channels];
    case 'upsample':
      return [2 * height, 2 * width, channels];
  }
}

/** Pixels between 0 and 1, most of them 0 as in handwriting; [batches · batch, features]. */
export function examples(work: ModelWork): Float32Array {
  const draw = numbers(1);
  return Float32Array.from({ length: batches * work.batch * featuresOf(work) }, () => Math.max(0, 2 * draw() - 1));
}

export interface LayerWeights {
  /** which of the layers */
  readonly layer: number;
  readonly kernel: Float32Array;
  /** of the kernel: [inputs, outputs], or [height, width, channels, filters] */
  readonly shape: readonly number[];
  readonly bias: Float32Array;
}

/** Of each layer that has weights; those of a variational code are twice as many. Uniform as Glorot & Bengio 2010 have it, biases zero. */
export function firstWeights(work: ModelWork): LayerWeights[] {
  const draw = numbers(2);
  const before = shapes(work);
  return work.layers.flatMap((layer, i): LayerWeights[] => {
    if (layer.kind === 'pool' || layer.kind === 'upsample') return [];
    const taps = layer.kind === 'conv' ? [layer.kernel, layer.kernel] : [];
    const [inputs, units] = [before[i].at(-1)!, layer.kind === 'conv' ? layer.filters : layer.units];
    const shape = [...taps, inputs, layer.kind === 'gaussian' ? 2 * units : units];
    const limit = Math.sqrt(6 / (product(taps) * (inputs + units)));
    return [
      {
        layer: i,
        kernel: Float32Array.from({ length: product(shape) }, () => (2 * draw() - 1) * limit),
        shape,
        bias: new Float32Array(shape.at(-1)!),
      },
    ];
  });
}

/** Multiplications and additions of a step: forward, and back to weights and inputs, but not to the data. */
export function flops(work: ModelWork): number {
  const all = shapes(work);
  const products = firstWeights(work).map(
    ({ layer, kernel }) =>
      2 * work.batch * kernel.length * (work.layers[layer].kind === 'conv' ? product(all[layer + 1].slice(0, 2)) : 1),
  );
  return 3 * products.reduce((sum, n) => sum + n, 0) - products[0];
}

/** The data, 4 times the weights (themselves, their gradients, Adam's two moments) and twice what a step's layers hold. */
export function needsBytes(work: ModelWork): number {
  const data = batches * work.batch * featuresOf(work);
  const weights = firstWeights(work).reduce((sum, { kernel, bias }) => sum + kernel.length + bias.length, 0);
  const held = work.layers.map(({ kind }, i) => (kind === 'gaussian' ? 2 : 1) * product(shapes(work)[i + 1]));
  const activations = work.batch * held.reduce((sum, n) => sum + n, featuresOf(work));
  return 4 * (data + 4 * weights + 2 * activations);
}

/** mulberry32: a generator of a few lines, the same in every browser. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
