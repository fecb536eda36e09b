/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/elementwise',
  ['index', 'id.y * groups.x * ${groupSize}u + id.x', 'id.x'],
  ['comparison', 'vec4u(0u, 1u, 2u, 3u) < vec4u(size)', 'vec4u(0u, 1u, 2u, 3u) <= vec4u(size)'],
  ['bound', 'at + 7u * ${by} < ${end}', 'at < ${end}', { test: 'kernels/reduce' }],
  ['tail of a loop', 'at < ${end}; at += ${by}', 'at + ${by} < ${end}; at += ${by}', { test: 'kernels/reduce' }],
  ['barrier', 'part[local] = value;\n  workgroupBarrier();', 'part[local] = value;', { test: 'kernels/step' }],
  ['barrier', 'part[local + half]; }\n    workgroupBarrier();', 'part[local + half]; }', { test: 'kernels/step' }],
];
