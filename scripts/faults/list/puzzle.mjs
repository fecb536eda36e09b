/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'kernels/puzzle',
  ['off by one', 'words[drawn % 4u] % (last + 1u)', 'words[drawn % 4u] % last'],
  ['seed or stream', 'draw(drawn / 4u, r)', 'draw(0u, r)'],
  ['seed or stream', 'draw(drawn / 4u, r)', 'draw(drawn / 4u, 0u)'],
  ['index', 'source % across * tile_width', 'source / across * tile_width'],
  [
    'off by one',
    '(cell_height - tile_height + 1u)',
    '(cell_height - tile_height)',
    { test: 'models/jigsaw', only: 'tile' },
  ],
  [
    'bias',
    '(pixel(row, top, left, i) - mean) * scale',
    'pixel(row, top, left, i) * scale',
    { test: 'models/jigsaw', only: 'tile' },
  ],
  ['seed or stream', 'draw(slot, row)', 'draw(0u, row)', { test: 'models/jigsaw', only: 'cuts tiles' }],
  ['clamp', 'variance / f32(count) + 1e-5', 'variance / f32(count)', { test: 'models/jigsaw', only: 'tile' }],
];
