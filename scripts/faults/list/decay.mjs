/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/decay',
  ['factor', '0.5 * sizes.factor *', 'sizes.factor *'],
  ['bound', 'f32(batch_rows())', 'f32(state.batch)'],
  ['bound', 'within(w[i], i, size)', 'w[i]'],
  ['off by one', 'sums[sizes.first + t] = 0.5', 'sums[sizes.first + t + 1u] = 0.5'],
];
