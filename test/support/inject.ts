import { state } from '../../shaders/state.ts';
import { shader, wgsl } from '../../shaders/wgsl.ts';
import { buffersOf, Tape, type Dispatch } from '../../src/runtime/tape.ts';
import { boundRange, readTensors, type Tensor } from '../../src/runtime/tensor.ts';

/** x[at] = bits, in the training step of that number */
const overwrite = shader<'state' | 'x'>(
  'overwrite',
  wgsl`
@group(0) @binding(0) var<storage, read> state: State;
@group(0) @binding(1) var<storage, read_write> x: array<u32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { step: u32, at: u32, bits: u32, add_x: u32 }
${state()}
@compute @workgroup_size(1)
fn main() {
  if (state.step == sizes.step) { x[sizes.at] = sizes.bits; }
}
`,
);

/** A word that gets into one of a training step's tensors. */
export interface Fault {
  /** Which tensor: the n-th that a step computes, in the order in which they are written; or a weight before its step. */
  readonly target: number | { readonly weight: number };
  /** Steps finished before the one that it strikes. */
  readonly step: number;
  readonly bits: number;
  /** How far down the tensor, from 0 to 1. */
  readonly share: number;
}

/** What a recorded training step has. */
export interface Recorded {
  /** What it computes, under the name of the kernel and binding that writes it. */
  readonly computed: { readonly name: string; readonly tensor: Tensor }[];
  readonly dispatches: Dispatch[];
  /** The trained weights as kernels take them. */
  readonly weights: Tensor[];
}

/** Runs `work`, in which one model is trained, with that fault in its training steps, or to see what there is. */
export async function whileInjecting(fault: Fault | undefined, work: () => Promise<void>): Promise<Recorded> {
  const { run } = Tape.prototype;
  const recorded: Recorded = { computed: [], dispatches: [], weights: [] };
  Tape.prototype.run = function (this: Tape, shader, tensors, size) {
    run.call(this, shader, tensors, size);
    note(this, this.dispatches.at(-1)!, recorded, fault);
  };
  try {
    await work();
  } finally {
    Tape.prototype.run = run;
  }
  return recorded;
}

/** The place of the word that a fault strikes. */
export const placeIn = ({ size }: Tensor, { share }: Fault): number => Math.round(share * (size - 1));

function note(
  { dispatches }: Tape,
  { shader, tensors }: Dispatch,
  { computed, dispatches: all, weights }: Recorded,
  fault: Fault | undefined,
): void {
  const strike = (tensor: Tensor): Dispatch => {
    const { step, bits } = fault!;
    // It adds, as a plan has it: what was there before counts.
    return {
      shader: overwrite,
      tensors: [stateOf(dispatches), tensor],
      constants: { step, bits, at: placeIn(tensor, fault!), add_x: true },
      workgroups: 1,
    };
  };
  all.push(dispatches.at(-1)!);
  buffersOf(shader).forEach(({ name, access }, i) => {
    const tensor = tensors[i];
    if (tensor.gradient && !weights.includes(tensor)) weights.push(tensor);
    if (access !== 'read_write' || tensor.dtype !== 'f32' || !('tape' in tensor.home || tensor.label.endsWith('.grad')))
      return;
    if (computed.length === fault?.target) dispatches.push(strike(tensor));
    computed.push({ name: `${shader.label}: ${name}`, tensor });
  });
  // All weights are known when the step is recorded to where its losses are added up.
  if (fault && typeof fault.target === 'object' && shader.label === 'account')
    dispatches.unshift(strike(weights[fault.target.weight]));
}

/** The tensors that something lasting depends on: nobody asks for the gradient of the data. */
export function needed({ dispatches }: Recorded): Set<Tensor> {
  const found = new Set<Tensor>();
  for (const { shader, tensors } of dispatches.toReversed()) {
    const written = (i: number) => buffersOf(shader)[i].access === 'read_write';
    if (tensors.some((tensor, i) => written(i) && ('range' in tensor.home || found.has(tensor))))
      tensors.forEach((tensor, i) => written(i) || found.add(tensor));
    for (const [i, tensor] of tensors.entries()) if (written(i) && 'range' in tensor.home) found.add(tensor);
  }
  return found;
}

const stateOf = (dispatches: readonly Dispatch[]): Tensor => {
  const { shader, tensors } = dispatches.find(({ shader }) => shader.bindings.some(({ name }) => name === 'state'))!;
  return tensors[buffersOf(shader).findIndex(({ name }) => name === 'state')];
};

/** Gradients from here on count as not finite. */
export const tooLarge = 2 ** 60;

/** The first weight, in the order in which they lie on the device, whose gradient is not finite or too large, as a DivergedError names it. */
export async function firstBadGradient({ weights }: Recorded): Promise<string | undefined> {
  const gradients = weights
    .map((weight) => weight.gradient!)
    .sort((a, b) => boundRange(a).offset - boundRange(b).offset);
  const { home } = gradients[0];
  if (!('gpu' in home)) throw new Error('a gradient that is not bound');
  const values = await readTensors(home.gpu, gradients);
  const found = values.map((each) => (each as Float32Array).findIndex((value) => !(Math.abs(value) < tooLarge)));
  const first = found.findIndex((n) => n >= 0);
  return first < 0 ? undefined : nameAt(gradients[first], found[first]);
}

/** Both heads of a Gaussian code are one tensor on the device. */
export const nameAt = ({ label, size }: Tensor, n: number): string =>
  label.replace('.heads.', n < size / 2 ? '.mean.' : '.logvar.');
