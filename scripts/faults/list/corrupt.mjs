/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/corrupt',
  ['factor', 'sizes.threshold / 2u', 'sizes.threshold'],
  ['factor', 'select(sizes.amount * v, vec4f()', 'select(v, vec4f()'],
  ['seed or stream', 'draw(quad, row)', 'draw(quad, 0u)'],
  ['index', 'draw(quad, row)', 'draw(row, row)'],
  ['bound', 'let count = min(4u, columns - column);', 'let count = 4u;'],
  ['gradient assigned', 'if (add_y) { one += y[first + c]; }', ''],
  ['gradient assigned', 'if (add_y) { v += y[t]; }', ''],
];
