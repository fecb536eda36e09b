import type { TableSpec } from './spec.ts';

/** Returns whether a spec describes a model of tables, whose input is a list of columns. */
export const isTableSpec = (spec: { input?: unknown } | null | undefined): spec is TableSpec =>
  Array.isArray(spec?.input) && typeof spec.input[0] === 'object';
