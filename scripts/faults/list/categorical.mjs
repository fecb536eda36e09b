/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/categorical',
  ['comparison', 'if (y[c] > y[best])', 'if (y[c] < y[best])'],
  ['condition', 'if (c != best) { rest', 'if (true) { rest'],
  ['operand', '(y[best] - y[c]) + log_total', 'y[best] + log_total'],
  ['factor', '(all * e - x[c])', '(e - x[c])'],
  ['operand', '- x[c] * rest)', '- rest)'],
  ['bound', 'gradient_factor / f32(batch_rows())${byWeight', 'gradient_factor / f32(state.batch)${byWeight'],
  ['bound', 'select(0.0, factor * sum', 'select(factor * sum, factor * sum'],
  ['tail of a loop', 'u; g += strips', 'u; g += strips + 1u'],
  ['gradient assigned', 'if (add_dy) { d += dy[c]; }', ''],
  ['factor', '${byWeight(weighted)}, real);\n}', ', real);\n}', { test: 'kernels/row-weights' }],
  ['index', 'let begin = t / ${groups.length}u * columns;', 'let begin = t / ${groups.length}u;'],
  ['off by one', 'let total = 1.0 +', 'let total ='],
];
