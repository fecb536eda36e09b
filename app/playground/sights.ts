/** The views of the page that depend on the kind of model. */
import type { Comparison } from './compare/comparison.ts';
import { byId, writeText } from './dom.ts';
import { samplingOf } from './parts.ts';
import type { Answer, Ask, Opened, RequestName } from './protocol.ts';
import type { Settings } from './settings.ts';
import type { Anomalies } from './views/anomalies.ts';
import type { CodebookView } from './views/codebook.ts';
import type { DictionaryView } from './views/dictionary.ts';
import type { Drawing } from './views/drawing.ts';
import type { Instruments } from './views/instruments.ts';
import type { LabelChoice } from './views/labels.ts';
import type { LossView } from './views/loss.ts';
import type { LatentMap } from './views/map.ts';
import type { Reconstructions } from './views/reconstructions.ts';
import type { Samples } from './views/samples.ts';
import { aboutShown, namesOfShown } from './words.ts';

/** The views of one kind of model. */
export interface Sight {
  open(answer: Opened, settings: Settings): void;
  /** Asks the worker, and returns a function that shows the answer, if there was one. */
  look(): Promise<(() => void) | undefined>;
  /** Shows the reference values for the model. */
  compare(): Promise<void>;
}

/** The parts of the page that the views use. */
export interface Stage {
  map: LatentMap;
  reconstructions: Reconstructions;
  samples: Samples;
  codebook: CodebookView;
  dictionary: DictionaryView;
  labels: LabelChoice;
  drawing: Drawing;
  instruments: Instruments;
  anomalies: Anomalies;
  comparison: Comparison;
  loss: LossView;
  ask<K extends RequestName>(name: K, ...ask: Ask<K> extends undefined ? [] : [Ask<K>]): Promise<Answer<K> | undefined>;
  /** Decodes the place under the cross of the map. */
  decode(): void;
}

export const sightsOn = (stage: Stage): Record<Settings['model'], Sight> => ({
  autoencoder: autoencoderOn(stage),
  gan: ganOn(stage),
});

function autoencoderOn(stage: Stage): Sight {
  const {
    map,
    reconstructions,
    samples,
    codebook,
    dictionary,
    labels,
    drawing,
    instruments,
    anomalies,
    comparison,
    loss,
    ask,
    decode,
  } = stage;
  labels.onChange = (label) => {
    void ask('tell', label);
    decode();
    instruments.refresh();
    drawing.refresh();
    codebook.refresh();
    dictionary.refresh();
  };
  return {
    open(answer, settings) {
      const { data: set, shown } = answer;
      const { shape } = set;
      map.labels = { ...set, conditional: settings.conditional };
      map.banner = answer.origin === 'bundled' ? 'a trained model came with the page' : undefined;
      writeText(byId('reconstructions-hint'), aboutShown(answer));
      reconstructions.open(shape, shown.values, shown.rows.length, namesOfShown(answer).join(', '));
      const classes = settings.conditional ? set.classes : [];
      labels.open(classes);
      samples.open(shape, samplingOf(settings), classes);
      codebook.open(settings.codeKind === 'vectorQuantizer', answer);
      dictionary.open(settings.codeKind === 'topK', answer);
      drawing.open(shape);
      instruments.open(answer.codeSize);
      anomalies.open(set, settings);
      comparison.beside(set, settings);
    },
    async look() {
      const seen = await ask('look');
      return (
        seen &&
        (() => {
          map.show(seen);
          reconstructions.show(seen);
          samples.refresh();
          codebook.refresh(seen.reconstructions);
          dictionary.refresh();
          decode();
          instruments.refresh();
          drawing.refresh();
        })
      );
    },
    async compare() {
      const compared = await ask('yardsticks');
      if (compared) loss.compare(compared);
    },
  };
}

/** Returns the views of a GAN, which has no codes of examples, but samples. */
function ganOn({ samples, ask }: Stage): Sight {
  return {
    open: ({ data }, settings) => samples.open(data.shape, samplingOf(settings), []),
    async look() {
      const made = await ask('samples', samples.label);
      return made && (() => samples.show(made));
    },
    async compare() {},
  };
}
