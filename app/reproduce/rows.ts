import { dictionary } from './codes/dictionary.ts';
import { quantised } from './codes/vq.ts';
import { conditional } from './conditional.ts';
import { contractive } from './contractive.ts';
import { convolutional, convolutionalDenoising, convolutionalVariational } from './convolutional.ts';
import { denoising } from './denoising.ts';
import { anomalies } from './downstream/anomalies.ts';
import { downstream } from './downstream/downstream.ts';
import { generative } from './generative/generative.ts';
import { importance } from './generative/importance.ts';
import { matching } from './generative/matching.ts';
import { jigsawPuzzles } from './jigsaw.ts';
import { deep, simple } from './keras.ts';
import { linear } from './linear.ts';
import type { RowName } from './protocol.ts';
import { superResolution, tiles } from './restoring.ts';
import type { PartedRow, Row } from './row.ts';
import { seriesRow } from './series/series.ts';
import { stacked } from './stacked.ts';
import { stochastic } from './stochasticContractive.ts';
import { tables } from './tables/tables.ts';
import { variational } from './variational.ts';

export const rows: Record<RowName, Row | PartedRow> = {
  linear,
  simple,
  deep,
  variational,
  conditional,
  'stochastic-contractive': stochastic,
  contractive,
  denoising,
  stacked,
  convolutional,
  'convolutional-denoising': convolutionalDenoising,
  'convolutional-variational': convolutionalVariational,
  'super-resolution': superResolution,
  tiles,
  jigsaw: jigsawPuzzles,
  downstream,
  anomalies,
  generative,
  matching,
  dictionary,
  importance,
  vq: quantised,
  series: seriesRow,
  tables,
};
