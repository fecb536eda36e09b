/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/reduce',
  ['index', "inTurn('part', 'length', 'parts'", "inTurn('0u', 'length', 'parts'"],
  ['factor', 'sum *= sizes.scale;', ''],
  ['max for min', '(value > best ||', '(value < best ||'],
  ['comparison', 'value_at < best_at', 'value_at > best_at'],
  ['operand', 'return places[offset];', 'return along;'],
  ['condition', '!= at[source]', '== at[source]'],
  ['gradient assigned', 'if (sizes.add_dx != 0u) { v += dx[t]; }', ''],
];
