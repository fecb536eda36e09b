/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/cross-entropy',
  ['condition', 'if (c != best) { rest', 'if (true) { rest'],
  ['comparison', 'if (v > largest)', 'if (v >= largest)'],
  ['bias', '1.0 + rest - e', 'rest - e'],
  ['bound', 'real && best == label', 'best == label'],
  ['condition', 'if (bad != 0u) { loss = bitcast<f32>(bad); }', ''],
  ['accumulator', 'var rest = 0.0;', 'var rest = largest;'],
  ['gradient assigned', 'if (add_dy) { d += dy[start + c]; }', ''],
  ['factor', 'loss${byWeight(weighted)}', 'loss', { test: 'kernels/row-weights' }],
  ['factor', 'f32(batch_rows())${byWeight(weighted)}', 'f32(batch_rows())', { test: 'kernels/row-weights' }],
];
