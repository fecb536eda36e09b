import { columnsOfGroup, normalizeColumnsShader, projectShader } from '../../shaders/unit-norm.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** Takes the part along each column of w, [rows, columns], out of a gradient g of it. */
export function projectColumns(tape: Tape, w: Tensor, g: Tensor): void {
  tape.run(projectShader(), { w, g }, size(w));
}

/** Brings each column of w, [rows, columns], to the norm 1, unless a step has gone bad. */
export function normalizeColumns(tape: Tape, w: Tensor, state: Tensor): void {
  tape.run(normalizeColumnsShader(), { state, w }, size(w));
}

const size = ({ rows, columns }: Tensor) => ({
  constants: { rows, columns },
  workgroups: Math.ceil(columns / columnsOfGroup),
});
