/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/top-k',
  ['condition', 'if (magnitude > 0x7f800000u) { return 0xffffffffu; }', '', { only: 'NaN' }],
  ['condition', 'if (magnitude == 0u) { return 0x80000000u; }', '', { only: 'of equals' }],
  ['sign', 'bits != magnitude', 'bits == magnitude', { only: 'rows of' }],
  ['comparison', 'key > cut.x ||', 'key >= cut.x ||', { only: 'rows of' }],
  ['comparison', '~i >= cut.y', '~i > cut.y', { only: 'rows of' }],
  ['order', 'if (bin != run_bin) {\n    end_run();', 'if (bin != run_bin) {', { only: 'rows of' }],
  ['off by one', 'larger < place && place <=', 'larger <= place && place <', { only: 'rows of' }],
  ['barrier', 'from_here[local] += more;\n    workgroupBarrier();', 'from_here[local] += more;', { only: 'rows of' }],
  ['index', 'place - larger', 'place', { only: 'rows of' }],
  ['condition', 'select(0u, key_of(bits), among[j] != 0u)', 'key_of(bits)', { only: 'some columns' }],
];
