import type { ActivationName } from '../../src/index.ts';
import { featuresOf, literal, makersIn, written, type Call, type Parts } from './parts.ts';
import type { Opened, TableFile } from './protocol.ts';
import { torchActivations, type Settings } from './settings.ts';
import { columnIn } from './table.ts';

/** Lines that make `data`, a data set, and what of the library they use. */
interface Reading {
  uses: string;
  lines: string[];
}

function readingOf(
  { data, without }: Settings,
  { kind, shape }: Opened['data'],
  of: Parts['input'],
  table?: TableFile,
): Reading {
  const shaped = Array.isArray(of) ? [`shape: [${of.join(', ')}]`] : [];
  const dataset = (source: string, labels: string[]) => {
    const options = [...shaped, ...labels].join(', ');
    return `const data = await dataset(gpu, ${source}${options && `, { ${options} }`});`;
  };
  if (kind === 'table') {
    const { label, leftOut = [] } = table ?? {};
    const names = leftOut.map((column) => columnIn(table!, column));
    return {
      uses: 'readCsv',
      lines: [
        ...(names.length
          ? [`// These columns are not learned: remove them from the file first: ${names.join(', ')}.`]
          : []),
        `const table = readCsv(await (await fetch('data.csv')).text()${label === undefined ? '' : `, { label: ${literal(columnIn(table!, label))} }`});`,
        dataset('table', label === undefined ? [] : ['labels: table.labels']),
      ],
    };
  }
  if (data === 'own')
    return {
      uses: 'readImages',
      lines: [
        '// `files`: those of an <input type="file" multiple>.',
        dataset(`await readImages(files, { size: [${shape[0]}, ${shape[1]}], channels: ${shape[2]} })`, []),
      ],
    };
  // Without labels no class can be left out.
  const labels = without < 0 ? [] : ["const { data: labels } = await fetchIdx('train-labels-idx1-ubyte');"];
  return {
    uses: 'fetchIdx',
    lines: [...labels, dataset("await fetchIdx('train-images-idx3-ubyte')", without < 0 ? [] : ['labels'])],
  };
}

/** The model and its training as a program that runs by itself. */
export function typescriptOf(parts: Parts, settings: Settings, { data, progress }: Opened, table?: TableFile): string {
  const { optimizer, rate, batch, pretrain, without } = settings;
  const { input, encoder, decoder, loss, corrupt, penalty, normalize, tied, seed } = parts;
  const reading = readingOf(settings, data, input, table);
  const used = [...encoder, ...decoder, corrupt, penalty, normalize].flatMap((call) => (call ? makersIn(call) : []));
  const names = [...new Set([optimizer, 'autoencoder', 'dataset', 'openGpu', reading.uses, ...used])].sort();
  const layers = (calls: Call[]) => `[${calls.map(written).join(', ')}]`;
  // A class left out of training has codes all the same.
  const training = without < 0 ? 'data' : 'training';
  const options = `batchSize: ${batch}, optimizer: ${optimizer}(${rate})`;
  return [
    `import { ${names.join(', ')} } from 'latentgpu';`,
    '',
    'const gpu = await openGpu();',
    ...reading.lines,
    ...(without < 0
      ? []
      : [`const training = data.filter((label) => label !== ${without}); // all but ${data.classes[without]}`]),
    'const model = await autoencoder(gpu, {',
    `  input: ${Array.isArray(input) ? `[${input.join(', ')}]` : input},`,
    `  encoder: ${layers(encoder)},`,
    `  decoder: ${layers(decoder)},`,
    `  loss: '${loss}',`,
    ...(corrupt ? [`  corrupt: ${written(corrupt)},`] : []),
    ...(penalty ? [`  penalty: ${written(penalty)},`] : []),
    ...(normalize ? [`  normalize: ${written(normalize)},`] : []),
    ...(tied ? ['  tied: true,'] : []),
    `  seed: ${seed},`,
    '});',
    ...(pretrain ? [`await model.pretrain(${training}, { epochs: 2, ${options} });`] : []),
    `const history = await model.fit(${training}, { epochs: ${Math.max(1, Math.round(progress.epochs))}, ${options} });`,
    'const codes = await model.encode(data);',
    '',
  ].join('\n');
}

/** The same network for the weights' file: the names and the layout of the tensors are those of torch.nn.Sequential. */
export function pytorchOf({ encoder, decoder, input, normalize }: Parts): string {
  const halves = torchHalves(encoder, decoder, input);
  if (!halves)
    return '# The weights are named and laid out as those of torch.nn.Sequential; these layers have to be written by hand.\n';
  const gaussian = encoder.some(([maker]) => maker === 'gaussian');
  return [
    'import torch',
    'from safetensors.torch import load_file',
    '',
    `encoder = torch.nn.Sequential(${halves.encoder.join(', ')})`,
    `decoder = torch.nn.Sequential(${halves.decoder.join(', ')})`,
    '',
    "weights = {name: w for name, w in load_file('autoencoder.safetensors').items() if name.startswith(('encoder', 'decoder'))}",
    '',
    '# A file numbers layers with their activations as one; torch.nn.Sequential counts both.',
    'def load(network, part):',
    '    linear = [layer for layer in network if isinstance(layer, torch.nn.Linear)]',
    '    for i, layer in enumerate(linear):',
    `        name = f'{part}.{i}'${gaussian ? " + ('.mean' if f'{part}.{i}.mean.weight' in weights else '')" : ''}`,
    "        layer.load_state_dict({'weight': weights[name + '.weight'], 'bias': weights[name + '.bias']})",
    '',
    "load(encoder, 'encoder')",
    "load(decoder, 'decoder')",
    ...(normalize
      ? [
          `# Its values go in ${normalize[0] === 'minMax' ? 'scaled to 0 … 1' : 'standardized'}; the ONNX file does that itself.`,
        ]
      : []),
    `codes = encoder(torch.zeros(1, ${typeof input === 'number' ? input : featuresOf(input)}))`,
    '',
  ].join('\n');
}

/** Only dense layers: others are no one-liners there. */
function torchHalves(
  encoder: Call[],
  decoder: Call[],
  input: number | number[],
): { encoder: string[]; decoder: string[] } | undefined {
  if (typeof input !== 'number') return undefined;
  let features = input;
  const lines = (calls: Call[]) =>
    calls.flatMap(([, units, activation]) => {
      const linear = `torch.nn.Linear(${features}, ${units as number})`;
      features = units as number;
      const name = typeof activation === 'string' ? torchActivations[activation as ActivationName] : undefined;
      return name ? [linear, `torch.nn.${name}`] : [linear];
    });
  return { encoder: lines(encoder), decoder: lines(decoder) };
}
