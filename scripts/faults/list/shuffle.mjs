/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/shuffle',
  ['bound', 'while (at >= sizes.examples) { at = feistel(at, keys, more_keys); }', ''],
  ['seed or stream', 'philox(vec4u(state.epoch, 1u', 'philox(vec4u(state.epoch, 0u'],
  [
    'seed or stream',
    'let keys = philox(vec4u(state.epoch, 0u, 0u, 0u), vec2u(state.seed, stream))',
    'let keys = philox(vec4u(0u, 0u, 0u, 0u), vec2u(state.seed, stream))',
  ],
  ['off by one', 'round < 8u', 'round < 7u'],
  ['index', 'subset[at]', 'subset[i]'],
];
