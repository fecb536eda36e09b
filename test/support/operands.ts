import type { Draw } from './random.ts';

export const matrix = (draw: Draw, rows: number, columns: number) => ({
  values: draw.floats(rows * columns),
  shape: [rows, columns],
});

export const vector = (draw: Draw, size: number) => ({ values: draw.floats(size), shape: [size] });
