import {
  adagrad, adam, autoencoder, classifier, contractive, conv2d, convTranspose2d, cosine, dense, downsample, dropout, flatten, gaussian, gaussianNoise, hideCells, jigsaw, loadAutoencoder, loadClassifier,
  loadJigsaw, maskNoise, maxPool2d, minMax, readSafetensors, reshape, saltAndPepper, sgd, shuffleTiles, sparsity, standardize, stepDecay, stochasticContractive, swapNoise, topK, upsample2d, warmUp, weightDecay,
  writeSafetensors, type AutoencoderSpec, type Gpu, type Optimizer, type SafeTensor, type SafeTensors, type TableAutoencoder, type TableSpec,
} from '../../src/index.ts'; // prettier-ignore
import { momentNames } from '../../src/models/parts/optimizers.ts';
import { damagedBytes, damagedJson } from './damage.ts';
import type { Draw } from './random.ts';
import { tableOf } from './tables.ts';

/** Each loader by what it loads. */
export const loaders = {
  autoencoder: loadAutoencoder,
  table: loadAutoencoder<TableAutoencoder>,
  classifier: loadClassifier,
  jigsaw: loadJigsaw,
};
export type Kind = keyof typeof loaders;

const specs: AutoencoderSpec[] = [
  {
    input: 6,
    encoder: [dense(3, 'relu')],
    decoder: [dense(6, 'sigmoid')],
    loss: 'bce',
    corrupt: [gaussianNoise(0.5), maskNoise(0.25), saltAndPepper(0.1)],
    penalty: [contractive(0.1), sparsity(1e-3)],
  },
  {
    input: 6,
    encoder: [dense(4, 'gelu', { init: 'he' }), dropout(0.3), dense(2, 'tanh', { bias: false })],
    decoder: [dense(4), dropout(0.1), dense(6, 'sigmoid')],
    loss: 'mse',
    tied: true,
    normalize: standardize(),
    penalty: [weightDecay(0.01), stochasticContractive(0.1, 0.1)],
  },
  {
    input: 6,
    encoder: [dense(4, 'elu'), gaussian(2, { beta: warmUp(9, 2) })],
    decoder: [dense(6, 'sigmoid')],
    loss: 'bce',
    normalize: minMax(),
    seed: 7,
  },
  {
    input: [4, 4, 2],
    encoder: [conv2d(3, [3, 2], 'relu', { padding: 'same' }), maxPool2d(2), flatten(), dense(5, 'silu')],
    decoder: [
      dense(12, 'relu'),
      reshape([2, 2, 3]),
      upsample2d(2, 'bilinear'),
      convTranspose2d(2, 3, 'sigmoid', { padding: 1 }),
    ],
    loss: 'bce',
    corrupt: [downsample(2), shuffleTiles(2)],
  },
];

const optimizers: (Optimizer | undefined)[] = [
  undefined,
  adam(cosine(1e-2, { steps: 12 })),
  sgd(0.05, { momentum: 0.9, nesterov: true, clipNorm: 0.1 }),
  adagrad(stepDecay(0.1, { every: 3 })),
  adam(warmUp(5, 1e-3)),
];

const tableSpecs: Omit<TableSpec, 'input'>[] = [
  { encoder: [dense(4, 'gelu'), dense(2)], decoder: [dense(4, 'tanh')] },
  {
    encoder: [dense(4, 'relu'), gaussian(2, { beta: warmUp(9, 2) })],
    decoder: [dense(4, 'silu'), dropout(0.1)],
    corrupt: [hideCells(0.2), swapNoise(0.1)],
    seed: 7,
  },
  { encoder: [dense(8, 'relu'), topK(3)], decoder: [dense(5)], penalty: [weightDecay(0.01)] },
];

/** Small saved models of tables; all but the first as if they had been trained. */
async function savedTableModels(gpu: Gpu): Promise<Uint8Array[]> {
  const { columns } = await tableOf(20);
  const files: Uint8Array[] = [];
  for (const [i, spec] of tableSpecs.entries()) {
    const model = await autoencoder(gpu, { input: columns, ...spec });
    const file = await model.save();
    files.push(i ? asTrained(file, optimizers[i]) : file);
    model.dispose();
  }
  return files;
}

/** Small saved models of a kind, some of them as if they had been trained. */
export async function savedModels(gpu: Gpu, kind: Kind): Promise<Uint8Array[]> {
  if (kind === 'table') return savedTableModels(gpu);
  const files: Uint8Array[] = [];
  for (const [i, spec] of specs.entries()) {
    const models = [await autoencoder(gpu, spec)] as { save(): Promise<Uint8Array>; dispose(): void }[];
    const [{ encoder }] = models as Awaited<ReturnType<typeof autoencoder>>[];
    if (kind === 'classifier')
      models.push(
        await classifier(gpu, {
          encoder,
          classes: 3,
          freeze: i % 2 === 1,
          hidden: i ? [dense(4, 'relu'), dropout(0.2)] : [],
        }),
      );
    if (kind === 'jigsaw')
      models.push(
        await jigsaw(gpu, {
          input: [9, 9, 2],
          tiles: i % 2 ? 2 : 3,
          permutations: 5 + i,
          encoder: [conv2d(3, 2, 'relu'), flatten(), dense(4, 'relu')],
          head: i ? [dense(6, 'relu')] : [],
        }),
      );
    const file = asTrained(await models.at(-1)!.save(), optimizers[i]);
    files.push(kind === 'autoencoder' && i % 2 ? withSampler(file) : file);
    for (const model of models) model.dispose();
  }
  return files;
}

interface Head {
  spec: {
    input: number | number[];
    freeze?: boolean;
    encoder?: { normalize?: object };
    normalize?: { fitted?: object };
    table?: { input: object[]; scales?: object };
  };
  place: object;
}

/** With the optimizer's state, and with what a normalisation was fitted to: all that a training leaves behind in a file. */
function asTrained(bytes: Uint8Array, optimizer: Optimizer | undefined): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes);
  const head = JSON.parse(metadata.latentgpu) as Head;
  const { spec } = head;
  const normalize = spec.normalize ?? spec.encoder?.normalize;
  if (normalize)
    Object.assign(normalize, { fitted: { shift: Array<number>(6).fill(0.5), spread: Array<number>(6).fill(2) } });
  if (spec.table) {
    const each = <T>(value: T) => spec.table!.input.map(() => value);
    spec.table.scales = { shift: each(0.5), spread: each(2), cells: each({ center: 1, unit: 3 }) };
  }
  if (!optimizer) return withHead({ tensors, metadata }, JSON.stringify(head));
  Object.assign(head.place, {
    step: 5,
    epoch: 1,
    position: 32,
    origin: 1,
    given: 2,
    epochKind: '50 by 16, shuffled',
    optimizer,
  });
  const trained = Object.entries(tensors).filter(([name]) => !(spec.freeze && name.startsWith('encoder.')));
  const moments = momentNames[optimizer.kind].flatMap((moment) =>
    trained.map(([name, { data, shape }]): [string, SafeTensor] => [
      `optimizer.${moment}.${name}`,
      { data: data.map(Math.abs), shape },
    ]),
  );
  return withHead({ tensors: { ...tensors, ...Object.fromEntries(moments) }, metadata }, JSON.stringify(head));
}

/** With a mixture of two components, as `fitSampler` leaves one behind in a file. */
function withSampler(bytes: Uint8Array): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes);
  const head = JSON.parse(metadata.latentgpu) as { spec: { encoder: { args: number[] }[] } };
  const [size] = head.spec.encoder.at(-1)!.args;
  Object.assign(head.spec, { sampler: { components: 2, old: false } });
  const filled = (...shape: number[]) => ({
    data: new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(0.5),
    shape,
  });
  const sampler = {
    'sampler.weights': filled(2),
    'sampler.means': filled(2, size),
    'sampler.factors': filled(2, size, size),
  };
  return withHead({ tensors: { ...tensors, ...sampler }, metadata }, JSON.stringify(head));
}

const withHead = ({ tensors, metadata }: SafeTensors, head: string): Uint8Array =>
  writeSafetensors(tensors, { ...metadata, latentgpu: head });

/** A saved model with another description, with that of another, with other weights, or with any bytes damaged. */
export function damagedModel(files: readonly Uint8Array[], draw: Draw): Uint8Array {
  const file = draw.pick(files);
  const read = readSafetensors(file);
  const { latentgpu } = read.metadata;
  switch (draw.whole(0, 9)) {
    case 0:
      return damagedBytes(file, draw, files);
    case 1:
      return withHead(read, readSafetensors(draw.pick(files)).metadata.latentgpu);
    case 2: {
      const name = draw.pick(Object.keys(read.tensors));
      const { data, shape } = read.tensors[name];
      const others = [
        { [name]: { data: data.map(() => draw.pick([NaN, Infinity, -0, 1e38])), shape } },
        { [name]: { data, shape: [...shape, 1] } },
        { [`${name}.`]: { data, shape } },
        { ['__proto__']: { data, shape } },
      ];
      return withHead({ ...read, tensors: { ...read.tensors, ...draw.pick(others) } }, latentgpu);
    }
    default:
      return withHead(read, damagedJson(latentgpu, draw));
  }
}
