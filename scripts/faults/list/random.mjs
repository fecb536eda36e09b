/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/random',
  ['seed or stream', 'vec2u(state.seed, stream)', 'vec2u(state.seed, 0u)'],
  ['seed or stream', 'state.step, sizes.which)', 'state.step, 0u)'],
  ['seed or stream', 'state.position + row, state.step', 'row, state.step'],
  ['seed or stream', 'vec4u(i, 0u, sizes.step, 0u)', 'vec4u(i, 0u, 0u, 0u)'],
  ['clamp', 'log_of_unit(u.x + 2.9802322e-8)', 'log_of_unit(u.x)', { test: 'reliability/functions' }],
  ['sign', 'select(turned, -turned,', 'select(turned, turned,'],
  ['bias', 'sizes.offset + sizes.scale * uniforms(words)', 'sizes.scale * uniforms(words)'],
  ['factor', 'sizes.offset + sizes.scale * normals(words)', 'sizes.offset + normals(words)'],
  ['bound', 'min(4u, columns - column)', '4u'],
];
