/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/partial-sums',
  ['bound', 'if (i >= s.width) { return; }', ''],
  ['off by one', 'p < strips; p++', 'p + 1u < strips; p++'],
  ['index', 'i -= s.width;', ''],
  ['stride', "inTurn('p', 's.rows', 'strips'", "inTurn('p', 's.rows', '1u'"],
  ['gradient assigned', 'if (s.add != 0u) { total += y[s.y + i]; }', ''],
];
