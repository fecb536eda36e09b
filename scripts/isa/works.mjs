/** @typedef {import('./report.ts').DispatchRecord} DispatchRecord */

/** The number of multiply-adds from which a product counts as large. */
export const large = 2 ** 24;

/**
 * Returns the multiply-adds of a product or a convolution by its sizes; 0 for other kernels.
 * @param {Pick<DispatchRecord, 'constants'>} dispatch
 */
export function multipliesOf({ constants }) {
  const { m, n, k, batch, out_height, out_width, kernel_height, kernel_width, channels, filters } = constants;
  if (k !== undefined && m !== undefined) return m * n * k;
  if (filters !== undefined) return batch * out_height * out_width * kernel_height * kernel_width * channels * filters;
  return 0;
}

/** Returns the instructions of the vector units for each multiply-add. @param {import('./report.ts').Loop} loop */
export const ratioOf = ({ instructions, multiplyAdds }) => instructions / multiplyAdds;
