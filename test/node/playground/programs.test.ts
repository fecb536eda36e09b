/** The programs that the page hands over do what the page does. */
import { expect, it } from 'vitest';
import { partsOf } from '../../../app/playground/parts.ts';
import { withPreset } from '../../../app/playground/presets.ts';
import { pytorchOf, typescriptOf } from '../../../app/playground/programs.ts';
import type { Opened } from '../../../app/playground/protocol.ts';
import { defaults, type Settings } from '../../../app/playground/settings.ts';

function program(settings: Settings, data: Partial<Opened['data']>): string {
  const whole = { shape: [28, 28, 1], classes: ['0', '1', '2', '3'], ...data } as Opened['data'];
  const opened = { data: whole, progress: { epochs: 3.2 } } as Opened;
  return typescriptOf(partsOf(settings, whole), settings, opened);
}

it('for digits reads the images, and their labels if a class is left out of training', () => {
  const all = program(defaults, {});
  expect(all).toContain("const data = await dataset(gpu, await fetchIdx('train-images-idx3-ubyte'));");
  expect(all).toContain('await model.fit(data, { epochs: 3, batchSize: 128, optimizer: adam(0.002) });');
  const some = program({ ...defaults, without: 3 }, {});
  expect(some).toContain("const { data: labels } = await fetchIdx('train-labels-idx1-ubyte');");
  expect(some).toContain("await dataset(gpu, await fetchIdx('train-images-idx3-ubyte'), { labels });");
  expect(some).toContain('const training = data.filter((label) => label !== 3); // all but 3');
  expect(some).toContain('await model.fit(training,');
});

it('for the visitor’s pictures reads pictures, in their size and colours', () => {
  const own = { ...withPreset(defaults, 'convolutional'), data: 'own' } as const;
  const written = program(own, { shape: [32, 32, 3] });
  expect(written).toContain(
    'await dataset(gpu, await readImages(files, { size: [32, 32], channels: 3 }), { shape: [32, 32, 3] });',
  );
  expect(written).toMatch(/import \{.* readImages,.* \} from 'latentgpu';/);
  expect(written).not.toContain('fetchIdx');
});

it('for a GAN has both sides, an optimizer for each, and samples instead of codes', () => {
  const settings = { ...withPreset(defaults, 'gan'), generator: [64, 128], discriminatorRate: 0.0004 };
  expect(program(settings, {})).toBe(`import { adam, dataset, dense, dropout, fetchIdx, gan, openGpu } from 'latentgpu';

const gpu = await openGpu();
const data = await dataset(gpu, await fetchIdx('train-images-idx3-ubyte'));
const model = await gan(gpu, {
  code: 32,
  generator: [dense(64, 'relu'), dense(128, 'relu'), dense(784, 'sigmoid')],
  discriminator: [dropout(0.2), dense(128, 'leakyRelu'), dropout(0.3)],
  seed: 0,
});
const history = await model.fit(data, { epochs: 3, batchSize: 128, generator: adam(0.001, { beta1: 0.5 }), discriminator: adam(0.0004, { beta1: 0.5 }) });
const made = await model.sample(10); // { data, shape: [10, 784] }
`);
  const torch = pytorchOf(partsOf(settings, { shape: [28, 28, 1] }));
  expect(torch).toContain('generator = torch.nn.Sequential(torch.nn.Linear(32, 64), torch.nn.ReLU(), torch.nn.Linear');
  expect(torch).toContain("load_file('gan.safetensors')");
  expect(torch).toContain('made = generator(torch.randn(10, 32))');
});

it('for a quantised code has the codebook, its entries instead of codes, and samples', () => {
  const settings = { ...withPreset(defaults, 'vector-quantised'), entries: 100 };
  const written = program(settings, {});
  expect(written).toMatch(/import \{.* vectorQuantizer \} from 'latentgpu';/);
  expect(written).toContain('conv2d(8, 1), vectorQuantizer(100)],');
  expect(written).toContain('await model.indices(data);');
  expect(written).toContain('await model.fitSampler(data);\nconst made = await model.sample(10);');
  const flat: Settings = { ...settings, network: 'dense', hidden: [64] };
  expect(program(flat, {})).toContain("encoder: [dense(64, 'relu'), dense(8), vectorQuantizer(100)],");
  expect(pytorchOf(partsOf(flat, { shape: [28, 28, 1] }))).toMatch(/^# .* have to be written by hand/);
});

it('for a sparse dictionary keeps its entries at length 1 and revives dead ones', () => {
  const settings = withPreset(defaults, 'sparse-dictionary');
  const written = program(settings, {});
  expect(written).toContain(`  encoder: [dense(512), topK(20)],
  decoder: [dense(784, 'linear')],
  loss: 'mse',
  penalty: [unitNorm(), deadLatents()],`);
  expect(written).toMatch(/import \{.* deadLatents,.* topK, unitNorm \} from 'latentgpu';/);
  // What brings them back asks for a decoder that only adds up.
  expect(program({ ...settings, hidden: [64] }, {})).toContain('  penalty: unitNorm(),');
  expect(program({ ...settings, penalty: 'weightDecay', weight: 0.1 }, {})).toContain(
    '  penalty: [unitNorm(), deadLatents(), weightDecay(0.1)],',
  );
  const torch = pytorchOf(partsOf(settings, { shape: [28, 28, 1] }));
  expect(torch).toContain('encoder = torch.nn.Sequential(torch.nn.Linear(784, 512))\n');
  expect(torch).toContain('kept = codes.topk(20)\n');
});

it('for a conditional member reads the labels, and decodes with another', () => {
  const settings = withPreset(defaults, 'conditional');
  const written = program(settings, {});
  expect(written).toContain("await dataset(gpu, await fetchIdx('train-images-idx3-ubyte'), { labels });");
  expect(written).toContain('  condition: { classes: 4 },');
  expect(written).toContain('await model.decode(codes, { labels: data.labels.map(() => 0) });');
  expect(pytorchOf(partsOf(settings, { shape: [28, 28, 1], classes: ['a', 'b'] }))).toMatch(
    /^# .* have to be written by hand/,
  );
  expect(() => partsOf(settings, { shape: [28, 28, 1] })).toThrow('these examples have none');
});

it('for several samples and residual blocks has them in its layers', () => {
  const weighted = program(withPreset(defaults, 'importance-weighted'), {});
  expect(weighted).toContain("encoder: [dense(128, 'relu'), gaussian(32, { samples: 5 })],");
  const blocks = program(withPreset(defaults, 'residual'), {});
  expect(blocks).toMatch(/import \{ activation, adam, autoencoder, batchNorm,.* residual \} from 'latentgpu';/);
  expect(blocks).toContain(
    "batchNorm(), activation('relu'), residual([conv2d(16, 3, 'relu', { padding: 'same' }), conv2d(16, 3, 'linear', { padding: 'same' })]), flatten(), dense(2)],",
  );
});

it('for an adversary imports the makers of its parts', () => {
  const adversarial = withPreset(defaults, 'adversarial');
  const usual = program(adversarial, {});
  expect(usual).toContain("  penalty: adversarial([dense(64, 'relu'), dense(64, 'relu')], { weight: 0.02 }),");
  const judging = program({ ...adversarial, judged: 'output', prior: 'uniform', loss: 'huber' }, {});
  expect(judging).toContain("adversarial([dense(128, 'leakyRelu')], { on: 'output', weight: 0.02, prior: uniform() })");
  expect(judging).toMatch(/import \{.* uniform.* \} from 'latentgpu';/);
  expect(judging).toContain("  loss: 'huber',");
  const convolutional = { ...adversarial, network: 'convolutional', judged: 'output' } as const;
  expect(program(convolutional, {})).toContain("adversarial([flatten(), dense(128, 'leakyRelu')]");
  expect(program({ ...adversarial, weight: 0 }, {}), 'a weight of nothing').not.toContain('adversarial(');
  expect(program(withPreset(defaults, 'wasserstein'), {})).toContain('  penalty: mmd(0.05),');
});
