import { fetchIdx } from '../src/index.ts';

/** Images as bytes, one after the other. */
export interface ImageSet {
  pixels: Uint8Array;
  count: number;
  /** The height, width and channels of an image. */
  shape: [number, number, number];
}

export interface LabelledSet extends ImageSet {
  /** The class of each image. */
  labels: Uint8Array;
}

export type TestSet = LabelledSet;

// The files are served by scripts/start/server.mjs.

export async function trainImages(): Promise<ImageSet> {
  return fetchImages('/data/train-images');
}

export function testSet(): Promise<LabelledSet> {
  return fetchLabelled('test');
}

/** Where the command serves the labels too. */
export function trainSet(): Promise<LabelledSet> {
  return fetchLabelled('train');
}

async function fetchLabelled(which: 'train' | 'test'): Promise<LabelledSet> {
  const [images, labels] = await Promise.all([fetchImages(`/data/${which}-images`), fetchIdx(`/data/${which}-labels`)]);
  return { ...images, labels: labels.data };
}

async function fetchImages(url: string): Promise<ImageSet> {
  const { data, shape } = await fetchIdx(url);
  const [count = 0, height = 0, width = 0] = shape;
  return { pixels: data, count, shape: [height, width, 1] };
}
