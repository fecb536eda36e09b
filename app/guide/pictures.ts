import { adversarial } from './adversarial.ts';
import { anomalies } from './anomalies.ts';
import { conditional } from './conditional.ts';
import { contractive } from './contractive.ts';
import { convolutional } from './convolutional.ts';
import { denoising } from './denoising.ts';
import { downstream } from './downstream.ts';
import { linear } from './linear.ts';
import type { Picture } from './picture.ts';
import { jigsaw, superResolution, tiles } from './pretexts.ts';
import type { PictureName } from './protocol.ts';
import { samplers } from './samplers.ts';
import { simple } from './simple.ts';
import { sparse } from './sparse.ts';
import { stacked } from './stacked.ts';
import { variational } from './variational.ts';
import { vectorQuantized } from './vector-quantized.ts';
import { wasserstein } from './wasserstein.ts';

export const pictures: Record<PictureName, Picture> = {
  simple,
  linear,
  stacked,
  denoising,
  contractive,
  variational,
  conditional,
  adversarial,
  wasserstein,
  'vector-quantized': vectorQuantized,
  sparse,
  convolutional,
  'super-resolution': superResolution,
  tiles,
  jigsaw,
  downstream,
  anomalies,
  samplers,
};
