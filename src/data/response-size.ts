/**
 * Returns the size in bytes of the body of a response, or undefined if it is not known. A body that was compressed on
 * its way has another size than `content-length`, and a server on another origin may hide whether it was.
 */
export function sizeOf({ headers, type }: Response): number | undefined {
  const encoding = headers.get('content-encoding') ?? (type === 'cors' ? 'unknown' : 'identity');
  return (encoding === 'identity' && Number(headers.get('content-length'))) || undefined;
}
