import { describe, expect, it } from 'vitest';
import { add, multiply, stopGradient, straightThrough } from '../../src/kernels/elementwise.ts';
import { ShapeError } from '../../src/errors.ts';
import { sizeOf } from '../../src/runtime/tensor.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

/** One, an odd number, full quads, and more than a workgroup takes. */
const shapes = [[1], [5], [8], [67, 13]];

describe.each(shapes)('%j', (...shape) => {
  const size = sizeOf(shape);
  const draw = new Draw(size);
  const [x, value, dy] = [draw.floats(size), draw.floats(size), draw.floats(size)];
  /** Of products in float32. */
  const product = (a: Float32Array, b: Float32Array) => a.map((v, i) => v * b[i]);

  it('stopGradient passes values on, but no gradient back', async () => {
    const { memory, tape } = await recording();
    const [a, upstream] = [memory.put(x, shape), memory.put(dy, shape)];
    const stopped = stopGradient(tape, a);
    const y = multiply(tape, a, stopped);
    tape.differentiate(y, upstream);
    const [values, da] = await run(tape, [stopped, tape.grad(a)]);
    expect(values).toEqual(x);
    // The derivative of x · c at c = x, where that of x² is twice as much.
    expect(da).toEqual(product(dy, x));
  });

  it('straightThrough passes on one tensor, and its gradient to the other, added to existing gradients', async () => {
    const { memory, tape } = await recording();
    const [a, b, upstream] = [memory.put(x, shape), memory.put(value, shape), memory.put(dy, shape)];
    const squared = multiply(tape, b, b);
    const y = straightThrough(tape, a, squared);
    tape.differentiate(add(tape, y, a), upstream);
    const [values, da] = await run(tape, [y, tape.grad(a)]);
    const written = tape.dispatches.flatMap(({ shader, tensors }) =>
      tensors.filter((_, i) => shader.bindings[i].access === 'read_write'),
    );
    const reached = written.includes(tape.grad(b));
    expect(values).toEqual(product(value, value));
    expect(da).toEqual(dy.map((v) => v + v));
    expect(reached).toBe(false);
  });
});

it('straightThrough refuses a value of another shape', async () => {
  const { tape } = await recording();
  expect(() => straightThrough(tape, tape.tensor([2, 3]), tape.tensor([3, 2]))).toThrow(ShapeError);
});
