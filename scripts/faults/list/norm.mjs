/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/norm',
  ['index', '+ unit % groups * width + e % width', '+ e % width'],
  ['index', 'line / places * (channels / width) + c / width', 'line / places * (channels / width)'],
  ['clamp', 'select(1.0 / sqrt(variance + epsilon), 3.0e38, variance > 3.0e38)', '1.0 / sqrt(variance + epsilon)'],
  ['bias', 'sqrt(variance + epsilon)', 'sqrt(variance)'],
  ['operand', 'sum += x[offset(unit, e)] - first;', 'sum += x[offset(unit, e)];'],
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
