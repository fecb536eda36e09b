/** @typedef {import('./report.ts').DispatchRecord} DispatchRecord */

/** Multiply-adds from which on a product counts as large. */
export const large = 2 ** 24;

/**
 * Multiply-adds of a product or a convolution, by its sizes; 0 for other kernels.
 * @param {Pick<DispatchRecord, 'constants'>} dispatch
 */
export function multipliesOf({ constants }) {
  const { m, n, k, batch, out_height, out_width, kernel_height, kernel_width, channels, filters } = constants;
  if (k !== undefined && m !== undefined) return m * n * k;
  if (filters !== undefined) return batch * out_height * out_width * kernel_height * kernel_width * channels * filters;
  return 0;
}

/** What the vector units do for each multiply-add. @param {import('./report.ts').Loop} loop */
export const ratioOf = ({ instructions, multiplyAdds }) => instructions / multiplyAdds;
