/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/blanks',
  ['comparison', 'x[i] > ${largestValue}', 'x[i] < ${largestValue}'],
  ['operand', 'select(x[i], 0.0,', 'select(x[i], 1.0,'],
];
