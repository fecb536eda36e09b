/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/matmul',
  ['index', '!= local % ${split}u', '!= 0u', { test: 'kernels/conv2d', only: 'fit float64, and add' }],
  ['off by one', 'p < ${split}u; p++) { total += shares', 'p < ${split - 1}u; p++) { total += shares'],
  ['off by one', 'p < ${split}u; p++) { total += row_shares', 'p < ${split - 1}u; p++) { total += row_shares'],
  ['condition', '&& whole % across == 0u', ''],
  ['order', '  workgroupBarrier();\n  let add', '  let add'],
];
