/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/corrupt',
  ['factor', 'threshold / 2u', 'threshold'],
  ['factor', 'select(amount * v, vec4f()', 'select(v, vec4f()'],
  ['seed or stream', 'draw(t % width, row)', 'draw(t % width, 0u)'],
  ['index', 'draw(t % width, row)', 'draw(t / width, row)'],
  ['bound', 'let count = min(4u, columns - column);', 'let count = 4u;'],
  ['gradient assigned', 'if (add_y) { one += y[first + c]; }', ''],
  ['gradient assigned', 'if (add_y) { v += y[t]; }', ''],
];
