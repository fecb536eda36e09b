/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/matmul',
  ['bound', 'if (at < k) { block', 'if (true) { block'],
  ['barrier', '    workgroupBarrier();\n    for (var p', '    for (var p'],
  ['barrier', '    }\n    workgroupBarrier();\n  }', '    }\n  }'],
  ['off by one', 'p < ${step}u; p++', 'p < ${step - 1}u; p++'],
  ['operand', '+ mine_column];', '+ mine_row];'],
  ['index', '(r / 4u * ${perSide}u + mine_row) * 4u', '(r / 4u + mine_row) * 4u'],
  ['tail of a loop', 'n / ${side}u + u32(n % ${side}u > 0u)', 'n / ${side}u'],
  ['gradient assigned', 'let add = sizes.add_y != 0u;', 'let add = false;'],
];
