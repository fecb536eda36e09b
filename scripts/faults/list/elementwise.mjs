/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/elementwise',
  ['operand', "subtract: 'a - b'", "subtract: 'b - a'"],
  ['sign', "'-a / (b * b)'", "'a / (b * b)'"],
  ['stride', 'i * a0 + j * a1 +', 'i * a1 + j * a0 +'],
  ['index', 't / (side3 * side2) % side1', 't / side3 % side1'],
  ['gradient assigned', 'if (add_y) { v += y[i]; }', ''],
];
