/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/norm',
  ['index', ' + (unit - example * per_example) * width', ''],
  ['index', 'example * per_example + own]', 'example * per_example]'],
  [
    'clamp',
    'select(1.0 / sqrt(variance + sizes.epsilon), 3.0e38, variance > 3.0e38)',
    '1.0 / sqrt(variance + sizes.epsilon)',
  ],
  ['bias', 'sqrt(variance + sizes.epsilon)', 'sqrt(variance)'],
  ['operand', 'sum += x[${offset}] - first;', 'sum += x[${offset}];'],
  ['tail of a loop', 'let step = ${groupSize}u;', 'let step = ${2 * groupSize}u;'],
  ['bias', 'weight[c] + bias[c]', 'weight[c]'],
  ['factor', 'g * ((x[o] - first) - known.x) * known.y', 'g * ((x[o] - first) - known.x)'],
  ['operand', ' - means.x - hat * means.y', ' - means.x'],
  ['gradient assigned', 'if (add_dx) { v += dx[o]; }', ''],
  ['gradient assigned', 'if (add_dweight) { v.x += dweight[c]; }', ''],
  ['gradient assigned', 'if (add_dbias) { v.y += dbias[c]; }', ''],
  ['stride', 'line < lines; line += parts', 'line < lines; line += 2u * parts'],
  ['operand', 'sum.yx', 'sum.xy'],
];
