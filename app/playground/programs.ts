import type { ActivationName } from '../../src/index.ts';
import { literal, makersIn, written, type Call } from './calls.ts';
import { optimizersOf, type GanParts, type Parts } from './parts.ts';
import { featuresOf } from './shapes.ts';
import type { Opened } from './protocol.ts';
import { torchActivations, type Settings } from './settings.ts';

/** The lines of a program that make the data set `data`, with the imports that they need. */
interface Reading {
  uses: string;
  lines: string[];
}

function readingOf({ data, without, conditional }: Settings, { shape }: Opened['data'], of: Parts['input']): Reading {
  const shaped = Array.isArray(of) ? [`shape: [${of.join(', ')}]`] : [];
  const dataset = (source: string, labels: string[]) => {
    const options = [...shaped, ...labels].join(', ');
    return `const data = await dataset(gpu, ${source}${options && `, { ${options} }`});`;
  };
  if (data === 'own')
    return {
      uses: 'readImages',
      lines: [
        '// `files`: those of an <input type="file" multiple>.',
        dataset(`await readImages(files, { size: [${shape[0]}, ${shape[1]}], channels: ${shape[2]} })`, []),
      ],
    };
  // Labels are needed to leave out a class, or for a condition.
  const labelled = without >= 0 || conditional;
  const labels = !labelled ? [] : ["const { data: labels } = await fetchIdx('train-labels-idx1-ubyte');"];
  return {
    uses: 'fetchIdx',
    lines: [...labels, dataset("await fetchIdx('train-images-idx3-ubyte')", labelled ? ['labels'] : [])],
  };
}

/** The lines of a program that depend on the kind of model. */
interface Making {
  maker: Settings['model'];
  /** The input of the model, as far as the data depend on it. */
  of: Parts['input'];
  /** The calls of makers. */
  calls: Call[];
  spec: string[];
  /** The lines that use the trained model. */
  end: string[];
}

const layersOf = (calls: Call[]): string => `[${calls.map(written).join(', ')}]`;

function hourglassMaking({
  input,
  encoder,
  decoder,
  loss,
  corrupt,
  penalty,
  normalize,
  condition,
  tied,
  seed,
}: Parts): Making {
  const quantised = encoder.at(-1)?.[0] === 'vectorQuantizer';
  return {
    maker: 'autoencoder',
    of: input,
    calls: [...encoder, ...decoder, corrupt, ...(penalty ?? []), normalize].filter((call) => call !== undefined),
    spec: [
      `input: ${literal(input)},`,
      `encoder: ${layersOf(encoder)},`,
      `decoder: ${layersOf(decoder)},`,
      `loss: '${loss}',`,
      ...(corrupt ? [`corrupt: ${written(corrupt)},`] : []),
      ...(penalty ? [`penalty: ${penalty.length === 1 ? written(penalty[0]) : layersOf(penalty)},`] : []),
      ...(normalize ? [`normalize: ${written(normalize)},`] : []),
      ...(condition ? [`condition: ${literal(condition)},`] : []),
      ...(tied ? ['tied: true,'] : []),
      `seed: ${seed},`,
    ],
    // A class that is left out of training is encoded, too.
    end: quantised
      ? [
          'const entries = await model.indices(data); // which entry at each place',
          'await model.fitSampler(data);',
          `const made = await model.sample(10${condition ? ', { label: 0 }' : ''});`,
        ]
      : [
          'const codes = await model.encode(data);',
          ...(condition
            ? [
                'const others = await model.decode(codes, { labels: data.labels.map(() => 0) }); // each as if its class were the first',
              ]
            : []),
        ],
  };
}

function ganMaking({ code, generator, discriminator, seed }: GanParts): Making {
  const features = generator.at(-1)![1] as number;
  return {
    maker: 'gan',
    of: features,
    calls: [...generator, ...discriminator],
    spec: [
      `code: ${code},`,
      `generator: ${layersOf(generator)},`,
      `discriminator: ${layersOf(discriminator)},`,
      `seed: ${seed},`,
    ],
    end: [`const made = await model.sample(10); // { data, shape: [10, ${features}] }`],
  };
}

/** Returns the model and its training as a complete program. */
export function typescriptOf(parts: Parts | GanParts, settings: Settings, { data, progress }: Opened): string {
  const { batch, pretrain, without } = settings;
  const { maker, of, calls, spec, end } = 'generator' in parts ? ganMaking(parts) : hourglassMaking(parts);
  const optimizers = optimizersOf(settings);
  const reading = readingOf(settings, data, of);
  const used = [...calls, ...Object.values(optimizers)].flatMap(makersIn);
  const names = [...new Set([maker, 'dataset', 'openGpu', reading.uses, ...used])].sort();
  const training = without < 0 ? 'data' : 'training';
  const options = [
    `batchSize: ${batch}`,
    ...Object.entries(optimizers).map(([name, call]) => `${name}: ${written(call)}`),
  ].join(', ');
  return [
    `import { ${names.join(', ')} } from 'latentgpu';`,
    '',
    'const gpu = await openGpu();',
    ...reading.lines,
    ...(without < 0
      ? []
      : [`const training = data.filter((label) => label !== ${without}); // all but ${data.classes[without]}`]),
    `const model = await ${maker}(gpu, {`,
    ...spec.map((line) => `  ${line}`),
    '});',
    ...(pretrain ? [`await model.pretrain(${training}, { epochs: 2, ${options} });`] : []),
    `const history = await model.fit(${training}, { epochs: ${Math.max(1, Math.round(progress.epochs))}, ${options} });`,
    ...end,
    '',
  ].join('\n');
}

/**
 * Returns the same network in PyTorch, for the file of weights, whose tensors have the names and layouts of
 * torch.nn.Sequential.
 */
export function pytorchOf(parts: Parts | GanParts): string {
  if ('generator' in parts)
    return torchProgram(
      { generator: torchLayers(parts.generator, parts.code).lines },
      [`made = generator(torch.randn(10, ${parts.code}))`],
      'gan',
    );
  const { encoder, decoder, input, normalize, condition } = parts;
  const sparse = encoder.find(([maker]) => maker === 'topK');
  const layers = encoder.filter((call) => call !== sparse);
  const halves = condition ? undefined : torchHalves(layers, decoder, input);
  if (!halves)
    return '# The weights are named and laid out as those of torch.nn.Sequential; these layers have to be written by hand.\n';
  return torchProgram(
    halves,
    [
      ...(normalize
        ? [
            `# Its values go in ${normalize[0] === 'minMax' ? 'scaled to 0 … 1' : 'standardized'}; the ONNX file does that itself.`,
          ]
        : []),
      `codes = encoder(torch.zeros(1, ${typeof input === 'number' ? input : featuresOf(input)}))`,
      ...(sparse
        ? [
            `kept = codes.topk(${sparse[1] as number})`,
            'codes = torch.zeros_like(codes).scatter(1, kept.indices, kept.values)',
          ]
        : []),
    ],
    'autoencoder',
    encoder.some(([maker]) => maker === 'gaussian'),
  );
}

/** Returns a program for PyTorch. `gaussian` tells whether a layer has weights with names of its own. */
function torchProgram(
  networks: Record<string, string[]>,
  end: string[],
  file: Settings['model'],
  gaussian = false,
): string {
  const names = Object.keys(networks);
  const parts = names.map((name) => `'${name}'`).join(', ');
  return [
    'import torch',
    'from safetensors.torch import load_file',
    '',
    ...names.map((name) => `${name} = torch.nn.Sequential(${networks[name].join(', ')})`),
    '',
    `weights = {name: w for name, w in load_file('${file}.safetensors').items() if name.startswith((${parts}))}`,
    '',
    '# A file numbers layers with their activations as one; torch.nn.Sequential counts both.',
    'def load(network, part):',
    '    linear = [layer for layer in network if isinstance(layer, torch.nn.Linear)]',
    '    for i, layer in enumerate(linear):',
    `        name = f'{part}.{i}'${gaussian ? " + ('.mean' if f'{part}.{i}.mean.weight' in weights else '')" : ''}`,
    "        layer.load_state_dict({'weight': weights[name + '.weight'], 'bias': weights[name + '.bias']})",
    '',
    ...names.map((name) => `load(${name}, '${name}')`),
    '',
    ...end,
    '',
  ].join('\n');
}

/** Returns both halves in PyTorch, if they consist of dense layers; other layers would not fit on one line. */
function torchHalves(
  encoder: Call[],
  decoder: Call[],
  input: number | number[],
): { encoder: string[]; decoder: string[] } | undefined {
  if (typeof input !== 'number' || encoder.some(([maker]) => maker === 'vectorQuantizer')) return undefined;
  const first = torchLayers(encoder, input);
  return { encoder: first.lines, decoder: torchLayers(decoder, first.features).lines };
}

/** Returns the lines for consecutive dense layers, and the width of the last one. */
function torchLayers(calls: Call[], input: number): { lines: string[]; features: number } {
  let features = input;
  const lines = calls.flatMap(([, units, activation]) => {
    const linear = `torch.nn.Linear(${features}, ${units as number})`;
    features = units as number;
    const name = typeof activation === 'string' ? torchActivations[activation as ActivationName] : undefined;
    return name ? [linear, `torch.nn.${name}`] : [linear];
  });
  return { lines, features };
}
