import type { TableSpec } from './spec.ts';

/** Whether a spec is that of a model of tables: its input is a list of columns. */
export const isTableSpec = (spec: { input?: unknown } | null | undefined): spec is TableSpec =>
  Array.isArray(spec?.input) && typeof spec.input[0] === 'object';
