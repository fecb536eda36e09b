/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/matmul',
  ['operand', 'right: Operand = transposeB', 'right: Operand = !transposeB'],
  ['tail of a loop', 'at < k; at += 4u', 'at + 4u <= k; at += 4u'],
  ['bound', 'fill: ragged && transposeA', 'fill: false'],
  ['bound', 'fill: ragged && !transposeB', 'fill: false'],
  ['off by one', "'sum_columns(spare * 4u, 0u, k", "'sum_columns(spare * 4u, 1u, k"],
  ['tail of a loop', 'at < k; at += select', 'at + 4u <= k; at += select'],
  ['stride', 'at % 16u == 12u', 'at % 16u == 8u'],
  ['index', 'local % ${split}u * 16u', 'local / ${split}u * 16u'],
];
