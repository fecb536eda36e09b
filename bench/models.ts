/**
 * The models that are trained: every library gets the same ones, with the same first weights and the same order of
 * examples.
 */

type Activation = 'relu' | 'sigmoid' | 'linear';

export type LayerWork =
  | { readonly kind: 'dense'; readonly units: number; readonly activation: Activation }
  /** The means and log-variances of a Gaussian code. */
  | { readonly kind: 'gaussian'; readonly units: number }
  | {
      readonly kind: 'conv';
      readonly filters: number;
      readonly kernel: number;
      readonly padding: 'same' | 'valid';
      readonly activation: Activation;
    }
  /** Batch normalisation of each channel. */
  | { readonly kind: 'norm' }
  | { readonly kind: 'relu' }
  /** A residual block, x + f(x). */
  | { readonly kind: 'residual'; readonly layers: readonly LayerWork[] }
  /** The k largest values of each example; the others become 0. */
  | { readonly kind: 'topk'; readonly k: number }
  /** The largest value of each 2 × 2 window; an odd side is padded at its end. */
  | { readonly kind: 'pool' }
  /** An image of twice the height and width, by repetition of pixels. */
  | { readonly kind: 'upsample' };

export interface ModelWork {
  readonly kind: 'model';
  readonly name: string;
  /** The title in tables. */
  readonly title: string;
  /** The shape of one example: features, or height, width and channels. */
  readonly input: readonly number[];
  readonly layers: readonly LayerWork[];
  /** The number of layers of the encoder. */
  readonly code: number;
  readonly batch: number;
  /**
   * Whether a step may take minutes in some libraries. Each library first takes one step, and no more if that was slow.
   */
  readonly large?: boolean;
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

/** Returns the convolutional autoencoder of the Keras blog. */
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

const norm: LayerWork = { kind: 'norm' };
const relu: LayerWork = { kind: 'relu' };
const plain = (filters: number): LayerWork[] => [conv(filters, { activation: 'linear' }), norm];
/** Returns a residual block (He et al. 2016) of two convolutions, each with batch normalisation. */
const block = (filters: number): LayerWork[] => [
  { kind: 'residual', layers: [...plain(filters), relu, ...plain(filters)] },
  relu,
];

const residual = (batch: number): ModelWork => ({
  kind: 'model',
  name: 'residual',
  title: `residual with batch normalisation, 28 × 28 to 7 × 7 × 16, batch ${batch}`,
  input: [28, 28, 1],
  layers: [
    ...plain(16),
    relu,
    pool,
    ...block(16),
    pool,
    ...block(16),
    ...block(16),
    upsample,
    ...block(16),
    upsample,
    conv(1, { activation: 'sigmoid' }),
  ],
  code: 9,
  batch,
});

/** Returns a sparse autoencoder, whose codes have k numbers that are not 0. */
const sparse = (width: number, k: number, batch: number): ModelWork => ({
  kind: 'model',
  name: 'topk',
  title: `784-${width}-784, the ${k} largest numbers of the code, batch ${batch}`,
  input: [784],
  layers: [
    { kind: 'dense', units: width, activation: 'relu' },
    { kind: 'topk', k },
    { kind: 'dense', units: 784, activation: 'sigmoid' },
  ],
  code: 2,
  batch,
  large: true,
});

export const models: readonly ModelWork[] = [
  dense('simple', simple, 256),
  dense('deep', deep, 256),
  dense('vae', vae, 128),
  dense('hinton', hinton, 256),
  convolutional(128),
  residual(32),
  sparse(16_384, 32, 256),
  dense('simple-32', simple, 32),
  dense('simple-1024', simple, 1024),
  dense('simple-4096', simple, 4096),
];

/** The number of batches of an epoch, which every library repeats in the same order. */
export const batches = 4;
export const rate = 1e-3;
/** The ε of Adam in all libraries. */
export const epsilon = 1e-8;

const product = (shape: readonly number[]): number => shape.reduce((all, n) => all * n, 1);

/** Returns the number of values in an example. */
export const featuresOf = ({ input }: ModelWork): number => product(input);

export const isVariational = ({ layers }: ModelWork): boolean => layers.some(({ kind }) => kind === 'gaussian');

interface PlacedLayer {
  readonly layer: LayerWork;
  /**
   * The number of the layer; for a layer inside a residual block, the number of the block and then its number there.
   */
  readonly path: readonly number[];
  /** The shape of an example before the layer. */
  readonly input: readonly number[];
  readonly output: readonly number[];
}

/** Returns all layers in order; the layers inside a residual block come before the block. */
export function placedLayers({ input, layers }: Pick<ModelWork, 'input' | 'layers'>): PlacedLayer[] {
  let shape = input;
  return layers.flatMap((layer, i) => {
    const inner = layer.kind === 'residual' ? placedLayers({ input: shape, layers: layer.layers }) : [];
    const placed = { layer, path: [i], input: shape, output: after(layer, shape) };
    shape = placed.output;
    return [...inner.map((each) => ({ ...each, path: [i, ...each.path] })), placed];
  });
}

function after(layer: LayerWork, shape: readonly number[]): readonly number[] {
  const [height, width, channels] = shape;
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
    default:
      return shape;
  }
}

/** Returns examples, [batches · batch, features]: pixels between 0 and 1, mostly 0 as in images of handwriting. */
export function examples(work: ModelWork): Float32Array {
  const draw = numbers(1);
  return Float32Array.from({ length: batches * work.batch * featuresOf(work) }, () => Math.max(0, 2 * draw() - 1));
}

export interface LayerWeights extends PlacedLayer {
  readonly kernel: Float32Array;
  /**
   * The shape of the kernel: [inputs, outputs], or [height, width, channels, filters]; [channels] for the factors of a
   * normalisation.
   */
  readonly shape: readonly number[];
  readonly bias: Float32Array;
}

/**
 * Returns the first weights of each layer that has weights; a Gaussian code has both heads. They are uniform as in
 * Glorot & Bengio 2010; biases are 0 and the factors of normalisations are 1.
 */
export function firstWeights(work: ModelWork): LayerWeights[] {
  const draw = numbers(2);
  return placedLayers(work).flatMap((placed): LayerWeights[] => {
    const { layer, input, output } = placed;
    const [inputs, units] = [input.at(-1)!, output.at(-1)!];
    if (layer.kind === 'norm')
      return [{ ...placed, kernel: new Float32Array(units).fill(1), shape: [units], bias: new Float32Array(units) }];
    if (layer.kind !== 'dense' && layer.kind !== 'gaussian' && layer.kind !== 'conv') return [];
    const taps = layer.kind === 'conv' ? [layer.kernel, layer.kernel] : [];
    const shape = [...taps, inputs, layer.kind === 'gaussian' ? 2 * units : units];
    const limit = Math.sqrt(6 / (product(taps) * (inputs + units)));
    return [
      {
        ...placed,
        kernel: Float32Array.from({ length: product(shape) }, () => (2 * draw() - 1) * limit),
        shape,
        bias: new Float32Array(shape.at(-1)!),
      },
    ];
  });
}

/**
 * Returns the multiplications and additions of the products in a step: forward, and backward to weights and inputs,
 * except to the data. Behind a sparse code, forward and backward, only the numbers that are kept count.
 */
export function flops(work: ModelWork): number {
  const sparse = work.layers.findIndex(({ kind }) => kind === 'topk');
  const kept = sparse < 0 ? undefined : work.layers[sparse];
  const share =
    kept?.kind === 'topk' ? kept.k / product(placedLayers(work).find(({ layer }) => layer === kept)!.output) : 1;
  return firstWeights(work)
    .filter(({ layer }) => layer.kind !== 'norm')
    .map(({ layer, path, kernel, output }, i) => {
      const once = 2 * work.batch * kernel.length * (layer.kind === 'conv' ? product(output.slice(0, 2)) : 1);
      const forward = path[0] > sparse ? share : 1;
      const back = path[0] >= sparse - 1 ? share : 1;
      return once * (forward + (i ? 2 : 1) * back);
    })
    .reduce((sum, n) => sum + n, 0);
}

/**
 * Returns the bytes that training needs: the data, 4 times the weights (weights, gradients and Adam's two moments), and
 * twice the outputs of the layers.
 */
export function needsBytes(work: ModelWork): number {
  const data = batches * work.batch * featuresOf(work);
  const weights = firstWeights(work).reduce((sum, { kernel, bias }) => sum + kernel.length + bias.length, 0);
  const held = placedLayers(work).map(({ layer, output }) => (layer.kind === 'gaussian' ? 2 : 1) * product(output));
  const activations = work.batch * held.reduce((sum, n) => sum + n, featuresOf(work));
  return 4 * (data + 4 * weights + 2 * activations);
}

/** Returns a generator of random numbers (mulberry32), the same in every browser. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
