/** A NaN or an infinity, wherever in a training step it comes from, ends the training before it gets into a weight. */
import { afterAll, describe, expect, it } from 'vitest';
import {
  adagrad, adam, adamw, autoencoder, classifier, dense, DivergedError, flatten, jigsaw, sgd, stochasticContractive,
  type AutoencoderSpec, type Dataset, type FitOptions, type Gpu, type Matrix,
} from '../../src/index.ts'; // prettier-ignore
import { sharedGpu } from '../support/gpu.ts';
import { firstBadGradient, nameAt, needed, placeIn, whileInjecting, type Fault } from '../support/inject.ts';
import { images, specs } from '../support/members.ts';
import { bits } from '../support/model.ts';
import { thorough, tried } from '../support/thorough.ts';

/** Those that all models take alike. */
type Options = Pick<FitOptions, 'epochs' | 'steps' | 'batchSize' | 'frameBudgetMs' | 'onProgress' | 'optimizer'>;

/** Any model. */
interface Model {
  fit(options: Options): Promise<unknown>;
  weights(): Promise<Record<string, Matrix>>;
  dispose(): void;
}

const made = async (gpu: Gpu, set: Dataset, spec: AutoencoderSpec): Promise<Model> => {
  const model = await autoencoder(gpu, { ...spec, seed: 3 });
  return { fit: (options) => model.fit(set, options), weights: () => model.weights(), dispose: () => model.dispose() };
};

const members: Record<string, (gpu: Gpu, set: Dataset) => Promise<Model>> = {
  'simple': (gpu, set) => made(gpu, set, specs.simple),
  'denoising': (gpu, set) => made(gpu, set, specs.denoising),
  'tied': (gpu, set) => made(gpu, set, { ...specs.simple, tied: true }),
  'contractive': (gpu, set) => made(gpu, set, specs.contractive),
  'stochastic contractive': (gpu, set) => made(gpu, set, { ...specs.simple, penalty: stochasticContractive(1, 0.1) }),
  'variational': (gpu, set) => made(gpu, set, specs.variational),
  'convolutional': (gpu, set) => made(gpu, set, specs.convolutional),
  'classifier': async (gpu, set) => {
    const source = await autoencoder(gpu, specs.simple);
    const model = await classifier(gpu, { encoder: source.encoder, classes: 3, hidden: [dense(5, 'tanh')] });
    source.dispose();
    return { fit: (options) => model.fit(set, set.labels!, options), weights: () => model.weights(), dispose: () => model.dispose() };
  },
  'jigsaw': async (gpu, set) => {
    const model = await jigsaw(gpu, { input: [8, 8, 1], tiles: 2, permutations: 6, encoder: [flatten(), dense(4, 'relu')], head: [] });
    return { fit: (options) => model.fit(set, options), weights: () => model.weights(), dispose: () => model.dispose() };
  },
}; // prettier-ignore

/** Two epochs of ten steps, of which the second is one submit. */
const options: Options = { batchSize: 6, frameBudgetMs: 1e6 };
const submits = [1, 5, 9, 10, 20];
const last = 20;
/** Steps before the one that is struck: the first of that submit, one in the middle, its last; and where in the tensor. */
const moments = [
  { step: 10, share: 0 },
  { step: 15, share: 0.5 },
  { step: 19, share: 1 },
];
const words = { 'NaN': 0x7fc00000, 'infinity': 0x7f800000, '-infinity': 0xff800000 }; // prettier-ignore
const strikes = moments.flatMap((moment) => Object.entries(words).map(([value, bits]) => ({ ...moment, value, bits })));

/** Examples and labels are checked when they are put on the device; some pixels lie in no tile. */
const checked = ['gather: x', 'cut tiles: label'];

/** Weights right in front of an activation, which may make a finite number of anything. */
const blind = (member: string, label: string): boolean => {
  const behind: Record<string, string[]> = { classifier: ['encoder.0.', 'head.0.'], jigsaw: ['encoder.1.'] };
  return (behind[member] ?? ['encoder.0.']).some((layer) => label.startsWith(layer));
};

const everyNth = thorough ? 1 : 131;

let set: Dataset | undefined;
const examples = async () => (set ??= await images(await sharedGpu()));
afterAll(() => set?.dispose());

const finite = (words: readonly number[]) => words.every((word) => (word & 0x7f800000) !== 0x7f800000);

describe.each(Object.entries(members))('%s', (name, make) => {
  const model = async () => make(await sharedGpu(), await examples());

  /** The weights after so many steps of a training that nothing disturbs. */
  const undisturbed = async (steps: readonly number[], options: Options) => {
    const twin = await model();
    const after = new Map<number, number[]>();
    let done = 0;
    for (const step of steps) {
      if (step > done) await twin.fit({ ...options, steps: step - done });
      done = step;
      after.set(step, await bits(twin));
    }
    twin.dispose();
    return after;
  };

  /** Trains with a fault; returns how that ended. */
  const outcomeOf = async (training: Model, fault?: Fault) => {
    const finished: number[] = [];
    let error: unknown;
    const recorded = await whileInjecting(fault, async () => {
      error = await training.fit({ ...options, epochs: 2, onProgress: ({ step }) => finished.push(step) }).then(
        () => undefined,
        (error: unknown) => error,
      );
    });
    return { error, finished, recorded };
  };

  it(
    'a NaN in any tensor at any step of a submit: a DivergedError, and the weights of the step before',
    { timeout: 600_000 },
    async ({ task }) => {
      const twin = await undisturbed([...moments.map(({ step }) => step), last], options);
      const whole = await model();
      const { error, finished, recorded } = await outcomeOf(whole);
      const { computed } = recorded;
      const counting = needed(recorded);
      expect(error).toBeUndefined();
      expect(finished).toEqual(submits);
      expect(await bits(whole)).toEqual(twin.get(last));
      whole.dispose();

      const targets = computed.flatMap(({ tensor }, n) => (counting.has(tensor) ? [n] : []));
      expect(targets.length).toBeGreaterThan(8);
      const all = targets.flatMap((target) => strikes.map((strike) => ({ target, ...strike })));
      let [ended, harmless] = [0, 0];
      for (const { value, ...fault } of all.filter((_, i) => i % everyNth === 0)) {
        const { name, tensor } = computed[fault.target];
        const where = `${name} (${fault.target}), ${value} at ${placeIn(tensor, fault)} of ${tensor.size} in step ${fault.step + 1}`;
        const training = await model();
        const { error, recorded } = await outcomeOf(training, fault);
        if (error === undefined && checked.includes(name)) {
          expect(finite(await bits(training)), where).toBe(true);
          harmless++;
        } else {
          expect(error, where).toBeInstanceOf(DivergedError);
          const { step, tensor: named } = error as DivergedError;
          expect(step, where).toBe(fault.step + 1);
          const bad = await firstBadGradient(recorded);
          if (tensor.label.endsWith('.grad') && !('tape' in tensor.home))
            expect(named, where).toBe(nameAt(tensor, placeIn(tensor, fault)));
          if (named !== 'loss') expect(named, where).toBe(bad);
          expect(await bits(training), where).toEqual(twin.get(fault.step));
          // Nothing else was touched, moments and random numbers: training goes on as if it had not been.
          await training.fit({ ...options, steps: last - fault.step });
          expect(await bits(training), where).toEqual(twin.get(last));
          ended++;
        }
        training.dispose();
      }
      tried(
        task,
        `${name}: each of ${targets.length} activations, sums and gradients of a step set to NaN, ∞ or −∞ in the first, a middle or the last step of a submit`,
        ended + harmless,
        `DivergedError with that step and the first tensor that was not finite; the weights have the bits of the step before${harmless ? `; ${harmless} in checked data that do not affect a weight` : ''}`,
      );
    },
  );

  it(
    'a NaN in a weight before its step: the same, unless an activation makes it finite',
    { timeout: 600_000 },
    async ({ task }) => {
      const twin = await undisturbed(
        moments.map(({ step }) => step),
        options,
      );
      const whole = await model();
      const {
        recorded: { weights },
      } = await outcomeOf(whole);
      whole.dispose();
      const all = weights.flatMap((_, weight) => strikes.map((strike) => ({ target: { weight }, ...strike })));
      let [ended, unseen] = [0, 0];
      for (const { value, ...fault } of all.filter((_, i) => i % everyNth === 0)) {
        const { label } = weights[fault.target.weight];
        const where = `${label}, ${value} at ${fault.share} in step ${fault.step + 1}`;
        const training = await model();
        const { error, recorded } = await outcomeOf(training, fault);
        const now = await bits(training);
        if (blind(name, label) && (error as DivergedError | undefined)?.step !== fault.step + 1) {
          // Later steps may find it, or none.
          unseen++;
        } else {
          expect(error, where).toBeInstanceOf(DivergedError);
          const { step, tensor } = error as DivergedError;
          expect(step, where).toBe(fault.step + 1);
          if (tensor !== 'loss') expect(tensor, where).toBe(await firstBadGradient(recorded));
          const before = twin.get(fault.step)!;
          const changed = now.filter((word, i) => word !== before[i]);
          expect(changed, where).toEqual([fault.bits]);
          ended++;
        }
        training.dispose();
      }
      tried(
        task,
        `${name}: each of ${weights.length} weights set to NaN, ∞ or −∞ from outside before the same steps`,
        ended + unseen,
        `${ended} times a DivergedError of that step, without changes of other weights; ${unseen} times an activation made the value finite (max(NaN, 0) is 0), so that no gradient showed it`,
      );
    },
  );

  it(
    'a learning rate of a million: finite weights, those of the step before',
    { timeout: 600_000 },
    async ({ task }) => {
      const rate = 1e6;
      const optimizers = [
        sgd(rate),
        adamw(rate),
        ...(thorough
          ? [sgd(rate, { momentum: 0.9 }), sgd(rate, { momentum: 0.9, nesterov: true }), adam(rate), adagrad(rate)]
          : []),
      ];
      const diverged: string[] = [];
      for (const optimizer of optimizers) {
        const training = await model();
        const error = await training.fit({ ...options, epochs: 10, optimizer }).then(
          () => undefined,
          (error: unknown) => error,
        );
        const now = await bits(training);
        training.dispose();
        expect(finite(now), optimizer.kind).toBe(true);
        if (error === undefined) continue; // Activations that are full up can hold any weights.
        expect(error, optimizer.kind).toBeInstanceOf(DivergedError);
        const { step } = error as DivergedError;
        expect(now, optimizer.kind).toEqual((await undisturbed([step - 1], { ...options, optimizer })).get(step - 1));
        diverged.push(optimizer.kind);
      }
      expect(diverged).not.toEqual([]);
      tried(
        task,
        `${name}: ten epochs at a learning rate of 10⁶`,
        optimizers.length,
        `DivergedError with ${diverged.join(', ')}; all weights are finite, and are those of the step before`,
      );
    },
  );
});
