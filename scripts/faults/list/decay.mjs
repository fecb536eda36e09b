/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/decay',
  ['factor', '0.5 * factor *', 'factor *'],
  ['bound', 'f32(batch_rows())', 'f32(state.batch)'],
  ['bound', 'within(w[i], i)', 'w[i]'],
  ['off by one', 'sums[first + t] = 0.5', 'sums[first + t + 1u] = 0.5'],
];
