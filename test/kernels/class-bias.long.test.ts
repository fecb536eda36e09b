import { it } from 'vitest';
import { expectClassBias, type Sizes } from '../support/class-biases.ts';

it.each<[string, Sizes]>([
  ['fours of units', { rows: 9, places: 1, units: 8, classes: 3, samples: 1 }],
  ['a whole strip of rows', { rows: 64, places: 1, units: 4, classes: 10, samples: 1 }],
  ['many strips', { rows: 300, places: 1, units: 4, classes: 2, samples: 1 }],
  ['images', { rows: 3, places: 35, units: 4, classes: 3, samples: 1 }],
  ['several rows for each label', { rows: 12, places: 1, units: 6, classes: 3, samples: 4 }],
  ['several rows of large images for each label', { rows: 66, places: 3, units: 4, classes: 3, samples: 2 }],
])('fits float64, and so does its gradient: %s', (name, sizes) => expectClassBias(name, sizes));
