/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'models/neighbors',
  ['bound', 'min(4u, count - query)', '4u'],
  ['bias', 'let q = (first + min(', 'let q = (min(', { test: 'kernels/neighbors' }],
  ['comparison', 'row < rows[i - 1u]', 'row > rows[i - 1u]'],
  ['max for min', 'value > values[${k - 1}] ||', 'value < values[${k - 1}] ||'],
  [
    'index',
    'at[(part * ${k}u + i) * columns + column] = rows[i];',
    'at[(part * ${k}u + i) * columns + column] = part;',
  ],
];
