/** Principal components in float64: the yardstick of every linear code. Pixels are bytes and mean value / 255. */
import { EigenvalueDecomposition, Matrix, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';

export interface Pca {
  mean: Float64Array;
  /** Of unit length and orthogonal, the one with the largest variance first. As many as features. */
  components: Float64Array[];
  /** Of the data along each component. */
  variances: Float64Array;
}

/** Covariance and its eigenvectors. For the 60,000 images of MNIST a few seconds. */
export function pca(pixels: Uint8Array, features: number): Pca {
  const { mean, products } = moments(pixels, features);
  const covariance = Matrix.from1DArray(features, features, about(mean, mean, products));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return {
    mean,
    components: order.map((i) => Float64Array.from(eigenvectorMatrix.getColumn(i))),
    variances: Float64Array.from(order, (i) => realEigenvalues[i]),
  };
}

/**
 * The mean squared error of an element when the images are rebuilt from their first k components, at [k], for k from 0 up to `most`.
 * The images need not be those the components come from.
 */
export function pcaErrors({ mean, components }: Pca, pixels: Uint8Array, most: number): number[] {
  const features = mean.length;
  const own = moments(pixels, features);
  const scatter = about(mean, own.mean, own.products);
  let left = 0;
  for (let i = 0; i < features; i++) left += scatter[i * features + i];
  return [left, ...components.slice(0, most).map((component) => (left -= quadratic(scatter, component)))].map(
    (error) => error / features,
  );
}

/** The images' first k coordinates along the components, [images, k]. */
export function pcaCodes(
  { mean, components }: Pca,
  pixels: Uint8Array,
  k: number,
): { data: Float32Array; shape: number[] } {
  const features = mean.length;
  const count = pixels.length / features;
  const data = new Float32Array(count * k);
  const middle = components
    .slice(0, k)
    .map((component) => component.reduce((sum, value, i) => sum + value * mean[i], 0));
  for (let image = 0; image < count; image++) {
    const sums = middle.map((value) => -255 * value);
    for (let i = 0; i < features; i++) {
      const value = pixels[image * features + i];
      if (value) for (let c = 0; c < k; c++) sums[c] += value * components[c][i];
    }
    for (let c = 0; c < k; c++) data[image * k + c] = sums[c] / 255;
  }
  return { data, shape: [count, k] };
}

/** Images rebuilt from their codes: to the mean, each component as far as its coordinate says. */
export function pcaReconstructions(
  { mean, components }: Pca,
  { data, shape: [count, k] }: { data: Float32Array; shape: number[] },
): Float32Array {
  const features = mean.length;
  return Float32Array.from({ length: count * features }, (_, at) => {
    const [image, i] = [Math.floor(at / features), at % features];
    let value = mean[i];
    for (let c = 0; c < k; c++) value += data[image * k + c] * components[c][i];
    return value;
  });
}

/** Each image's squared error when it is rebuilt from its codes: what is left of its distance to the mean. */
export function pcaErrorsByImage(
  { mean }: Pca,
  pixels: Uint8Array,
  { data, shape: [count, k] }: { data: Float32Array; shape: number[] },
): Float64Array {
  const features = mean.length;
  return Float64Array.from({ length: count }, (_, image) => {
    let error = 0;
    for (let i = 0; i < features; i++) error += (pixels[image * features + i] / 255 - mean[i]) ** 2;
    for (let c = 0; c < k; c++) error -= data[image * k + c] ** 2;
    return error;
  });
}

/** The angles between two subspaces in degrees, the smallest first. Each is given by vectors that span it; they need not be orthogonal. */
export function principalAngles(a: ArrayLike<number>[], b: ArrayLike<number>[]): number[] {
  const between = basis(a).transpose().mmul(basis(b));
  const { diagonal } = new SingularValueDecomposition(between, {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return diagonal.map((cosine) => (Math.acos(Math.min(1, cosine)) * 180) / Math.PI).sort((p, q) => p - q);
}

/** The columns of a matrix: what a decoder's weight, [pixels, code], makes of each number of the code. */
export function columns({ data, shape }: { data: Float32Array; shape: number[] }): Float64Array[] {
  const [rows = 0, count = 0] = shape;
  return Array.from({ length: count }, (_, j) => Float64Array.from({ length: rows }, (_, i) => data[i * count + j]));
}

function basis(vectors: ArrayLike<number>[]): Matrix {
  return new QrDecomposition(new Matrix(vectors.map((vector) => Array.from(vector))).transpose()).orthogonalMatrix;
}

/** The mean of x and of x xᵀ. Sums of bytes' products are whole numbers, so nothing is rounded before the division. */
function moments(pixels: Uint8Array, features: number): { mean: Float64Array; products: Float64Array } {
  const count = pixels.length / features;
  const mean = new Float64Array(features);
  const products = new Float64Array(features * features);
  const lit = new Uint32Array(features);
  for (let start = 0; start < pixels.length; start += features) {
    // Four of five pixels of a handwritten digit are black and add nothing.
    let found = 0;
    for (let i = 0; i < features; i++) if (pixels[start + i]) lit[found++] = i;
    for (let a = 0; a < found; a++) {
      const i = lit[a];
      const value = pixels[start + i];
      mean[i] += value;
      for (let b = 0; b <= a; b++) products[i * features + lit[b]] += value * pixels[start + lit[b]];
    }
  }
  for (let i = 0; i < features; i++) {
    mean[i] /= 255 * count;
    for (let j = 0; j <= i; j++)
      products[i * features + j] = products[j * features + i] = products[i * features + j] / (255 * 255 * count);
  }
  return { mean, products };
}

/** The mean of (x − c)(x − c)ᵀ. */
function about(c: Float64Array, mean: Float64Array, products: Float64Array): Float64Array {
  const features = c.length;
  return products.map((product, at) => {
    const [i, j] = [Math.floor(at / features), at % features];
    return product - mean[i] * c[j] - c[i] * mean[j] + c[i] * c[j];
  });
}

/** vᵀ S v */
function quadratic(s: Float64Array, v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) {
    let row = 0;
    for (let j = 0; j < v.length; j++) row += s[i * v.length + j] * v[j];
    sum += v[i] * row;
  }
  return sum;
}
