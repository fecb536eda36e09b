/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/top-k',
  ['max for min', 'bound = min(bound, most);', 'bound = max(bound, most);', { only: 'rows of' }],
  ['index', 'y[end] = key;', 'y[first] = key;', { only: 'rows of' }],
  ['comparison', '${at}] > least)', '${at}] >= least)', { only: 'rows of' }],
  ['off by one', '(first, end, middle) < k', '(first, end, middle) + 1u < k', { only: 'rows of' }],
  ['off by one', 'largest = middle;', 'largest = middle - 1u;', { only: 'rows of' }],
  ['condition', 'if (key == least && equals > 0u) {', 'if (key == least) {', { only: 'rows of' }],
  ['condition', 'kept && key != 0u);', 'kept);', { only: 'for any eligible columns' }],
  ['index', 'cuts[row] = vec4u', 'cuts[0] = vec4u', { only: 'gradient' }],
];
