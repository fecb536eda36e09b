import { mean } from '../../analysis/statistics.ts';
import type { Comparison, Table } from '../protocol.ts';
import { epochsInTime, row } from '../row.ts';
import { chosen, fineTuned, linearProbe, nearestFive, standardized, type Fitting } from './probes.ts';
import { codeSize, pixelsOf, representations, type Representation } from './representations.ts';

interface Measured {
  name: string;
  /** The accuracy of a linear probe for each number of labels, in percent. */
  probe: number[];
  nearest: number[];
  tuned?: number[];
  fresh?: number[];
}

/** What the codes of a model that has seen no label are good for, where labels are few and where they are many. */
export const downstream = row(
  (machine) => ({
    model: `codes of ${codeSize} numbers`,
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: epochsInTime(machine, 10, 3),
    batch: 128,
    'steps of a probe': machine.quick ? 5 : 500,
    'its batch': 256,
    'its learning rate': 1e-2,
    'steps of a new last layer': machine.quick ? 2 : 300,
    'steps of fine-tuning': machine.quick ? 2 : 200,
    'draws of the few labels': machine.quick ? 1 : 2,
    seed: 0,
  }),
  async (work, settings) => {
    const { gpu, train, test, say } = work;
    const { 'learning rate': rate, epochs, batch, seed, 'draws of the few labels': draws } = settings;
    const probing: Fitting = {
      steps: settings['steps of a probe'],
      batch: settings['its batch'],
      rate: settings['its learning rate'],
    };
    const head: Fitting = { ...probing, steps: settings['steps of a new last layer'], batch };
    const whole: Fitting = { steps: settings['steps of fine-tuning'], batch, rate };
    // As many steps, all of them of all weights: they have nothing yet to lose.
    const anew: Fitting = { ...whole, steps: head.steps + whole.steps };
    const counts = [100, 1000].filter((count) => count < train.count);
    const pixels = { ...pixelsOf(train), labels: train.labels };
    const measured: Measured[] = [];

    const measure = async ({ name, encode, encoder }: Representation): Promise<Measured> => {
      const [known, unseen] = [
        { ...(await encode(train)), labels: train.labels },
        { ...(await encode(test)), labels: test.labels },
      ];
      const found: Measured = { name, probe: [], nearest: [], ...(encoder && { tuned: [], fresh: [] }) };
      for (const count of [...counts, train.count]) {
        await say(`${name}: ${count} labels`);
        const few = count < train.count;
        const each: Record<'probe' | 'nearest' | 'tuned' | 'fresh', number[]> = {
          probe: [],
          nearest: [],
          tuned: [],
          fresh: [],
        };
        for (let draw = 0; draw < (few ? draws : 1); draw++) {
          const numbers = few ? balanced(train.labels, count, draw) : [...train.labels.keys()];
          const codes = chosen(known, numbers);
          const [standard, others] = standardized(codes, [unseen]);
          each.probe.push(
            await linearProbe(gpu, standard, others, few ? probing : { ...probing, steps: 4 * probing.steps }),
          );
          each.nearest.push(await nearestFive(gpu, codes, unseen));
          if (!encoder || !few) continue;
          const labelled = chosen(pixels, numbers);
          each.tuned.push(await fineTuned(gpu, encoder.trained, labelled, test, { head, whole }, draw));
          const fresh = await encoder.fresh(draw);
          each.fresh.push(await fineTuned(gpu, fresh.encoder, labelled, test, { whole: anew }, draw));
          fresh.dispose();
        }
        found.probe.push(mean(each.probe));
        found.nearest.push(mean(each.nearest));
        if (each.tuned.length) {
          found.tuned!.push(mean(each.tuned));
          found.fresh!.push(mean(each.fresh));
        }
      }
      return found;
    };
    for await (const representation of representations(work, { epochs, batch, rate, seed })) {
      measured.push(await measure(representation));
      representation.dispose();
    }
    return {
      comparisons: counts.flatMap((count, i) => comparisons(measured, count, i)),
      tables: tables(measured, [...counts, train.count], counts),
      notes: [
        `A probe is softmax regression on the codes, their columns brought to mean 0 and deviation 1; 5-NN takes them as they are. The labels are the same for all, as many of each class, ${draws} draws of few labels.`,
        `Fine-tuning trains a new last layer first, alone for ${head.steps} steps, then all weights for ${whole.steps}; from nothing all weights are trained for ${anew.steps}.`,
        'The jigsaw’s code is made of those of an image’s four quarters, 8 numbers each; its encoder takes tiles, so there is none of whole images to fine-tune.',
      ],
    };
  },
);

/** The numbers of `count` examples, the classes in turn; each draw takes those of a class that come after the last one's. */
function balanced(labels: Uint8Array, count: number, draw: number): number[] {
  const byClass = Array.from({ length: 10 }, (_, label) => [...labels.keys()].filter((i) => labels[i] === label));
  return Array.from({ length: count }, (_, i) => {
    const members = byClass[i % 10];
    return members[(Math.floor(i / 10) + draw * Math.ceil(count / 10)) % members.length];
  });
}

/** Whether the best code is better than PCA's, and whether an encoder that has been trained is a better start than a new one. */
function comparisons(measured: Measured[], count: number, i: number): Comparison[] {
  const linear = measured[1];
  const best = measured.slice(2).reduce((best, each) => (each.probe[i] > best.probe[i] ? each : best));
  const tuned = measured.flatMap(({ name, tuned, fresh }): Comparison[] =>
    tuned && fresh
      ? [
          {
            what: `${count} labels: ${name}, fine-tuned, % right`,
            ours: tuned[i],
            decimals: 1,
            reference: fresh[i],
            source: 'from nothing',
            asked: 'higher',
            holds: tuned[i] > fresh[i],
          },
        ]
      : [],
  );
  const what = `${count} labels: linear probe on the best code (${best.name}), % right`;
  return [
    {
      what,
      ours: best.probe[i],
      decimals: 1,
      reference: linear.probe[i],
      source: linear.name,
      asked: 'higher',
      holds: best.probe[i] > linear.probe[i],
    },
    ...tuned,
  ];
}

function tables(measured: Measured[], counts: number[], few: number[]): Table[] {
  const numbers = (values: number[]) => values.map((value) => value.toFixed(1));
  const over = (what: string, counts: number[]) => counts.map((count) => `${what}, ${count} labels`);
  return [
    {
      title: 'Test images told apart, in percent',
      head: ['code', ...over('linear probe', counts), ...over('5-NN', counts)],
      lines: measured.map(({ name, probe, nearest }) => [name, ...numbers(probe), ...numbers(nearest)]),
    },
    {
      title: 'The whole encoder trained with labels, in percent',
      head: ['encoder', ...over('fine-tuned', few), ...over('from nothing', few)],
      lines: measured.flatMap(({ name, tuned, fresh }) =>
        tuned && fresh ? [[name, ...numbers(tuned), ...numbers(fresh)]] : [],
      ),
    },
  ];
}
