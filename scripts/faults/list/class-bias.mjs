/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/class-bias',
  ['bound', 'if (t >= size) { return; }\n  let label', 'if (t + 1u >= size) { return; }\n  let label'],
  ['index', 'labels[t / across / samples]', 'labels[t / across]'],
  ['operand', 'bias[label * units + t % units]', 'bias[label * units + t % across]'],
  ['operand', 'y[t] = z[t] + bias', 'y[t] = bias'],
  ['index', 'let label = t / units % classes;', 'let label = t / units;'],
  ['tail of a loop', 'row < min(rows, first + strip)', 'row < first + strip'],
  ['tail of a loop', 'row < min(rows, first + strip)', 'row + 1u < min(rows, first + strip)'],
  ['index', 'labels[row / samples]', 'labels[row]'],
  ['condition', 'if (u32(labels[row / samples]) == label)', 'if (true)'],
];
