/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/top-k',
  ['order', 'if (local == 0u) { cuts[row] = cut; }', 'if (local == 0u) { cuts[0] = cut; }', { only: 'gradient' }],
  ['index', '+ min(before.y, place);', '+ before.y;', { only: 'rows of' }],
  ['off by one', 'before.y >= place', 'before.y > place', { only: 'rows of' }],
  [
    'tail of a loop',
    '(columns + ${selectGroup - 1}u) / ${selectGroup}u',
    'columns / ${selectGroup}u',
    { only: 'rows of' },
  ],
  [
    'condition',
    'values[to] = select(0u, bits, key != 0u);',
    'values[to] = bits;',
    { only: 'for any eligible columns' },
  ],
  ['condition', 'key != 0u && is_kept(key, i, cut));', 'is_kept(key, i, cut));', { only: 'for any eligible columns' }],
  ['bound', 'let real = i / sizes.columns < batch_rows();', 'let real = true;', { only: 'largest of a batch' }],
  ['gradient assigned', 'if (sizes.add_dx != 0u) { v += dx[i]; }', '', { only: 'gradient' }],
  ['condition', 'real && key != 0u && is_kept', 'real && is_kept', { only: 'some columns' }],
];
