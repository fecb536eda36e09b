/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/elementwise',
  ['operand', "subtract: 'a - b'", "subtract: 'b - a'"],
  ['sign', "'-a / (b * b)'", "'a / (b * b)'"],
  ['stride', 'i * sizes.a0 + j * sizes.a1 +', 'i * sizes.a1 + j * sizes.a0 +'],
  ['index', 'let j = plane - i * sizes.side1;', 'let j = line - i * sizes.side1;'],
  ['gradient assigned', 'if (add_y) { v += y[i]; }', ''],
];
