/**
 * A call of one of the library's makers as data. The worker executes it, and the page writes it as code. A value that
 * is `Made` is the result of another call.
 */
export type Call = readonly [maker: string, ...values: unknown[]];

export interface Made {
  readonly call: Call;
}

export const isMade = (value: unknown): value is Made => typeof value === 'object' && value !== null && 'call' in value;

/** Returns a call as code in a program. */
export const written = ([maker, ...values]: Call): string => `${maker}(${values.map(literal).join(', ')})`;

/** Returns the names of the makers in a call and in its values. */
export function makersIn([maker, ...values]: Call): string[] {
  const within = (value: unknown): string[] =>
    isMade(value)
      ? makersIn(value.call)
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(within)
        : [];
  return [maker, ...values.flatMap(within)];
}

export function literal(value: unknown): string {
  if (isMade(value)) return written(value.call);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${name}: ${literal(inner)}`)
      .join(', ')} }`;
  return typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : String(value);
}
