/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/step',
  ['bound', 'min(state.batch, state.examples - state.position)', 'state.batch'],
  ['comparison', 'state.position >= state.examples', 'state.position > state.examples'],
  ['bias', 'state.epoch += 1u;', ''],
  ['bias', 'state.slot += 1u;', ''],
];
