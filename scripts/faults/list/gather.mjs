/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/gather',
  ['off by one', 'batch_rows() - 1u)', 'batch_rows())'],
  ['index', 'word >> 24u', 'word >> 16u'],
  ['stride', '8u * (at % 4u)', '8u * (at % 2u)'],
  ['bias', 'state.position + min(t / width', '0u + min(t / width'],
  ['stride', 'row * stride + t % width', 'row * width + t % width'],
  ['stride', 'row * (stride / 4u) + t % width', 'row * stride + t % width'],
  ['bound', 'row %= window;', ''],
  ['bias', 'row -= first;', ''],
  ['bound', 'if (t >= batch_rows() * columns) { return; }', ''],
  ['stride', 'state.slot * state.batch * columns', 'state.slot * columns'],
];
