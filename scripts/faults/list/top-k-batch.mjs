/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/top-k',
  ['index', 'key == known.x && (~i >> shift) >> 8u == known.y', 'key == known.x', { only: 'largest of a batch' }],
  ['operand', 'sizes.k * batch_rows(), 0u', 'sizes.k, 0u', { only: 'largest of a batch' }],
  ['bound', 'let kept = i < end && is_kept', 'let kept = is_kept', { only: 'largest of a batch' }],
  ['bound', 'kept && key > 0x80000000u', 'kept', { only: 'largest of a batch' }],
  [
    'max for min',
    'max(1.0 / num_batches_tracked[0], sizes.rate)',
    'min(1.0 / num_batches_tracked[0], sizes.rate)',
    { only: 'largest of a batch' },
  ],
  ['condition', 'if (found[0] == 0xffffffffu) { return; }', '', { only: 'largest of a batch' }],
  ['condition', 'local > 0u || state.bad != 0xffffffffu', 'local > 0u', { only: 'gone bad' }],
  ['index', 'kept[1] = num_batches_tracked[0];', '', { only: 'largest of a batch' }],
  ['comparison', 'key_of(bits) > key_of(threshold[0])', 'key_of(bits) >= key_of(threshold[0])', { only: 'beyond' }],
];
