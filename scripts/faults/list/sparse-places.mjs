/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/sparse',
  ['factor', 'v[i] * slope_one(saved[i])', 'v[i]', { only: 'float64' }],
  ['index', '1u << (row % ${markedRows}u)', '1u << (row % ${markedRows - 1}u)', { only: 'sparse way' }],
  ['gradient assigned', 'if (add_dbias) { sum += dbias[j]; }', '', { of: [1, 2], only: 'adds' }],
  ['gradient assigned', 'if (add_dbias) { sum += dbias[j]; }', '', { of: [2, 2], only: 'adds' }],
  [
    'off by one',
    'j <= width; j++) {\n    sum += starts[j];',
    'j < width; j++) {\n    sum += starts[j];',
    { only: 'bits' },
  ],
  ['index', '(place - 1u) / k;', '(place - 1u) % k;', { only: 'bits' }],
  ['index', 'starts[j] = at;', '', { only: 'bits' }],
  ['condition', 'select(0.0, v[i], among[j] != 0u)', 'v[i]', { test: 'kernels/top-k', only: 'past products' }],
];
