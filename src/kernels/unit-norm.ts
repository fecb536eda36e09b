import { columnsOfGroup, normalizeColumnsShader, projectShader } from '../../shaders/unit-norm.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** Removes from a gradient g of w, [rows, columns], its component along each column of w. */
export function projectColumns(tape: Tape, w: Tensor, g: Tensor): void {
  tape.run(projectShader(), { w, g }, size(w));
}

/** Scales each column of w, [rows, columns], to norm 1, unless a step has diverged. */
export function normalizeColumns(tape: Tape, w: Tensor, state: Tensor): void {
  tape.run(normalizeColumnsShader(), { state, w }, size(w));
}

const size = ({ rows, columns }: Tensor) => ({
  constants: { rows, columns },
  workgroups: Math.ceil(columns / columnsOfGroup),
});
