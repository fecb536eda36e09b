/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/gather',
  ['off by one', 'batch_rows() - 1u)', 'batch_rows())'],
  ['index', 'word >> 24u', 'word >> 16u'],
  ['stride', '8u * (at % 4u)', '8u * (at % 2u)'],
  ['bias', 'state.position + min(own', '0u + min(own'],
  ['stride', 'row * sizes.stride + column', 'row * width + column'],
  ['stride', 'row * (sizes.stride / 4u) + column', 'row * sizes.stride + column'],
  ['bound', 'row %= sizes.window;', ''],
  ['bias', 'row -= sizes.first;', ''],
  ['bound', 'if (t >= batch_rows() * sizes.columns) { return; }', ''],
  ['stride', 'state.slot * state.batch * sizes.columns', 'state.slot * sizes.columns'],
];
