/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'models/normalize',
  ['clamp', "'clamp(v, 0.0, 1.0)'", "'v'"],
  ['sign', "'v + shift[j]'", "'v - shift[j]'"],
  ['sign', "' - rest[j]'", "' + rest[j]'"],
  ['sign', "' + rest[j]'", "' - rest[j]'"],
  ['max for min', 'max(-v, v - 1.0)', 'min(-v, v - 1.0)', { test: 'models/finite' }],
  ['condition', "how === 'outside' ? '0.0' : 'x[i]'", "how === 'free' ? 'x[i]' : '0.0'", { test: 'kernels/blanks' }],
  ['index', 'i % sizes.columns', 'i / sizes.columns'],
];
