/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/unit-norm',
  [
    'tail of a loop',
    'for (var lane = 0u; lane < ${lanes}u; lane++)',
    'for (var lane = 0u; lane < ${lanes - 1}u; lane++)',
    { only: 'scaled to length 1' },
  ],
  ['barrier', 'part[local] = value;\n  workgroupBarrier();', 'part[local] = value;', { only: 'scaled to length 1' }],
  ['factor', 'along / norm * w[at]', 'along * w[at]', { only: 'lose' }],
  ['condition', 'select(0.0, g[at], add_g)', 'g[at]', { only: 'gradient of zeros' }],
  ['condition', ' || norm == 0.0 || state.bad', ' || state.bad', { only: 'scaled to length 1' }],
  ['condition', ' || state.bad != 0xffffffffu', '', { only: 'scaled to length 1' }],
];
