/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'runtime/quads',
  ['operand', 'quadSwapX(local)', 'quadSwapY(local)'],
  ['index', 'id.x * ${groupSize}u + local', 'local'],
];
