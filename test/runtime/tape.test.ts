import { expect, it } from 'vitest';
import { shader, wgsl } from '../../shaders/wgsl.ts';
import { ShapeError } from '../../src/errors.ts';
import { tanh } from '../../src/kernels/activation.ts';
import { dense } from '../../src/kernels/dense.ts';
import { multiply } from '../../src/kernels/elementwise.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { tensor, type Tensor } from '../../src/runtime/tensor.ts';
import { sharedGpu } from '../support/gpu.ts';
import { recording, run } from '../support/run.ts';

/** y = x + amount, or adds that to a gradient. */
const shift = shader<'x' | 'y', 'extra'>(
  'shift',
  wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override amount: f32 = 1.0;
override add_y = false;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&x)) { return; }
  var v = x[id.x] + amount;
  if (add_y) { v += y[id.x]; }
  y[id.x] = v;
}
`,
);

/** The same without a constant to add by. */
const assign = shader<'x' | 'y'>('assign', shift.code.replace('override add_y = false;', 'const add_y = false;'));

it('refuses a name that the shader does not bind, and requires each that it binds', async () => {
  const tape = makeTape(await sharedGpu());
  const [x, y] = [tape.tensor([4]), tape.tensor([4])];
  expect(() => tape.run(shift, { x, y, extra: x }, {})).toThrow("shift has no binding 'extra'");
  expect(() => tape.run(shift, { x } as never, {})).toThrow("shift: no tensor is bound to 'y'");
  expect(() => tape.run(shift, { x, y, extra: undefined }, {})).not.toThrow();
});

it('refuses a constant the shader does not have', async () => {
  const tape = makeTape(await sharedGpu());
  const [x, y] = [tape.tensor([4]), tape.tensor([4])];
  expect(() => tape.run(shift, { x, y }, { constants: { amout: 1 } })).toThrow("shift has no constant 'amout'");
  expect(tape.dispatches).toEqual([]);
});

it('refuses a tensor of another tape', async () => {
  const gpu = await sharedGpu();
  const [tape, other] = [makeTape(gpu), makeTape(gpu)];
  expect(() => tape.run(shift, { x: other.tensor([4]), y: tape.tensor([4]) }, {})).toThrow(
    "shift: 'x' was recorded on another tape",
  );
});

it('assigns a gradient first and adds to it from then on', async () => {
  const { memory, tape } = await recording();
  const x = memory.put([1, 2, 3, 4]);
  const [p, q] = [memory.put(new Float32Array(4)), tape.tensor([4])];
  p.gradient = memory.poisoned([4]);
  for (const amount of [10, 20, 30]) {
    tape.run(shift, { x, y: tape.grad(p) }, { constants: { amount } });
    tape.run(shift, { x, y: tape.grad(q) }, { constants: { amount } });
  }
  expect(tape.grad(p)).toBe(p.gradient);
  expect(tape.grad(q)).not.toBe(q);
  expect(tape.dispatches.map(({ constants }) => constants.add_y)).toEqual([false, false, true, true, true, true]);
  const [dp, dq] = await run(tape, [p.gradient, tape.grad(q)]);
  expect([...dp]).toEqual([63, 66, 69, 72]);
  expect(dq).toEqual(dp);
});

it('never adds to a tensor that is not a gradient', async () => {
  const tape = makeTape(await sharedGpu());
  const [x, y] = [tape.tensor([4]), tape.tensor([4])];
  for (let i = 0; i < 2; i++) tape.run(shift, { x, y }, {});
  expect(tape.dispatches.map(({ constants }) => constants.add_y)).toEqual([undefined, undefined]);
});

it('refuses a second write to a gradient by a shader that cannot add', async () => {
  const tape = makeTape(await sharedGpu());
  const [x, y] = [tape.tensor([4]), tape.tensor([4])];
  tape.run(assign, { x, y: tape.grad(y) }, {});
  expect(() => tape.run(assign, { x, y: tape.grad(y) }, {})).toThrow("assign cannot add to the gradient 'y'");
});

it('replays rules in reverse, once, and only for tensors with a gradient', async () => {
  const gpu = await sharedGpu();
  const tape = makeTape(gpu);
  const [a, b, c, unused] = [tape.tensor([4]), tape.tensor([4]), tape.tensor([4]), tape.tensor([4])];
  const ran: string[] = [];
  const rule = (name: string, to: typeof a, from: typeof a) => () => {
    ran.push(name);
    tape.run(shift, { x: tape.grad(from), y: tape.grad(to) }, {});
  };
  tape.backward(b, rule('b', a, b));
  tape.backward(unused, rule('unused', a, unused));
  tape.backward(c, rule('c', b, c));
  tape.grad(unused); // Made, but never written.
  tape.differentiate(c, tensor(gpu, [1, 1, 1, 1]));
  expect(ran).toEqual(['c', 'b']);
  tape.differentiate();
  expect(ran).toEqual(['c', 'b']);
});

it('passes no gradient into operations recorded as constant, and all others flow', async () => {
  const { memory, tape } = await recording();
  const ran: string[] = [];
  const record = (name: string, ...from: Tensor[]): Tensor => {
    const y = tape.tensor([4], 'f32', name);
    tape.run(shift, { x: from[0], y }, {});
    tape.backward(y, () => {
      ran.push(name);
      for (const each of from) tape.run(shift, { x: tape.grad(y), y: tape.grad(each) }, { constants: { amount: 0 } });
    });
    return y;
  };
  const x = memory.put([1, 2, 3, 4]);
  const before = record('before', x);
  const { inside, deeper } = tape.constant(() => {
    const first = record('first', before);
    return { inside: record('inside', first), deeper: tape.constant(() => record('deeper', first)) };
  });
  const y = record('y', record('after', inside), record('beside', before), record('rest', deeper));
  tape.differentiate(y, memory.put([5, 6, 7, 8]));
  expect(ran).toEqual(['y', 'rest', 'beside', 'after', 'before']);
  const [value, edge, dx] = await run(tape, [y, tape.grad(inside), tape.grad(x)]);
  expect([...value]).toEqual([6, 7, 8, 9]);
  expect([...edge]).toEqual([5, 6, 7, 8]);
  expect([...dx]).toEqual([5, 6, 7, 8]);
});

it('passes no gradient through a constant by a fold', async () => {
  const { memory, tape } = await recording();
  const [x, w] = [memory.put([1, 2], [1, 2]), memory.put([1, 2], [1, 2])];
  const z = multiply(tape, x, x);
  const y = tape.constant(() => tanh(tape, z));
  tape.differentiate(dense(tape, y, w, undefined), memory.put([1], [1, 1]));
  const written = tape.dispatches.flatMap(({ shader, tensors }) =>
    tensors.filter((_, i) => shader.bindings[i].access === 'read_write'),
  );
  expect(written).toContain(tape.grad(w));
  expect(written).not.toContain(tape.grad(x));
});

it('passes on offered folds', async () => {
  const tape = makeTape(await sharedGpu());
  const [y, z] = [tape.tensor([4]), tape.tensor([4])];
  const fold = { activation: 'tanh', saved: y, preactivation: z };
  tape.offerFold(y, fold);
  expect(tape.fold(y)).toBe(fold);
  expect(tape.fold(z)).toBeUndefined();
});

it('counts workgroups of 64 invocations', async () => {
  const tape = makeTape(await sharedGpu());
  const [x, y] = [tape.tensor([4]), tape.tensor([4])];
  for (const threads of [1, 64, 65, 128]) tape.run(shift, { x, y }, { threads });
  tape.run(shift, { x, y }, { workgroups: 7 });
  expect(tape.dispatches.map(({ workgroups }) => workgroups)).toEqual([1, 1, 2, 2, 7]);
});

it('refuses a gradient of another size than its tensor', async () => {
  const gpu = await sharedGpu();
  const tape = makeTape(gpu);
  const y = tanh(tape, tensor(gpu, [1, 2, 3]));
  expect(() => tape.differentiate(y, tensor(gpu, [1, 2]))).toThrow(
    new ShapeError('differentiate: y is [3], its gradient [2]'),
  );
});
