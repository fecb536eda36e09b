import { contractive } from './contractive.ts';
import { denoising } from './denoising.ts';
import { deep, simple } from './keras.ts';
import { linear } from './linear.ts';
import type { RowName } from './protocol.ts';
import type { Row } from './row.ts';
import { stacked } from './stacked.ts';
import { stochastic } from './stochasticContractive.ts';
import { variational } from './variational.ts';

export const rows: Record<RowName, Row> = { linear, simple, deep, variational, 'stochastic-contractive': stochastic, contractive, denoising, stacked };
