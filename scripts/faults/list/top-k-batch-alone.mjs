/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/top-k',
  ['index', 'key == known.x && (~i >> shift) >> 8u == known.y', 'key == known.x', { only: 'largest of a batch' }],
  [
    'tail of a loop',
    '(sizes.size + sizes.parts - 1u) / sizes.parts',
    'sizes.size / sizes.parts',
    { only: 'largest of a batch' },
  ],
  [
    'bound',
    'min(begin_of(part + 1u), batch_rows() * sizes.columns)',
    'begin_of(part + 1u)',
    { only: 'largest of a batch' },
  ],
  ['index', 'partials[part * ${selectGroup}u + b]', 'partials[b]', { only: 'largest of a batch' }],
  ['bound', 'let kept = i < real && is_kept', 'let kept = is_kept', { only: 'largest of a batch' }],
  ['bound', 'kept && key > 0x80000000u', 'kept', { only: 'largest of a batch' }],
  ['index', 'least[part] = smallest;', 'least[0] = smallest;', { only: 'largest of a batch' }],
];
