import { describe, expect, it } from 'vitest';
import { philox as chunk } from '../../shaders/philox.ts';
import { shader, wgsl } from '../../shaders/wgsl.ts';
import { philox } from '../../src/runtime/random.ts';
import { Draw } from '../support/random.ts';
import { recording, runOne } from '../support/run.ts';

type Four = [number, number, number, number];
type Two = [number, number];

/** Random123's own vectors for philox4x32-10 (its file kat_vectors). */
const known: { counter: Four; key: Two; words: Four }[] = [
  { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
];

const each = shader<'counters' | 'keys' | 'words'>(
  'philox',
  wgsl`
@group(0) @binding(0) var<storage, read> counters: array<vec4u>;
@group(0) @binding(1) var<storage, read> keys: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> words: array<vec4u>;
override count: u32;
${chunk}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < count) { words[id.x] = philox(counters[id.x], keys[id.x]); }
}
`,
);

async function onDevice(cases: { counter: Four; key: Two }[]) {
  const { memory, tape } = await recording();
  const count = cases.length;
  const words = tape.tensor([count, 4], 'u32');
  const all = { counters: cases.flatMap(({ counter }) => counter), keys: cases.flatMap(({ key }) => key) };
  const [counters, keys] = [memory.put(all.counters, [count, 4], 'u32'), memory.put(all.keys, [count, 2], 'u32')];
  tape.run(each, { counters, keys, words }, { constants: { count }, threads: count });
  return runOne(tape, words);
}

describe('philox', () => {
  it('gives the published results on the host', () => {
    for (const { counter, key, words } of known) expect(philox(counter, key)).toEqual(words);
  });

  it('gives the published results on the device', async () => {
    expect([...(await onDevice(known))]).toEqual(known.flatMap(({ words }) => words));
  });

  it('agrees on both for random counters and keys', async () => {
    const draw = new Draw(1);
    const word = () => Math.floor(draw.floats(1, 0, 1)[0] * 2 ** 24) * 251;
    const cases = Array.from({ length: 200 }, () => ({
      counter: [word(), word(), word(), word()] as Four,
      key: [word(), word()] as Two,
    }));
    expect([...(await onDevice(cases))]).toEqual(cases.flatMap(({ counter, key }) => philox(counter, key)));
  });
});
