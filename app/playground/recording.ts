import { inflated } from './inflate.ts';

/** A recorded training for browsers that cannot run one, with fewer dots and a few dozen frames. */
export interface Recording {
  /** The adapter and the date of the recording. */
  adapter: string;
  date: string;
  labels: Int32Array;
  classes: string[];
  shape: number[];
  /** The values of the shown examples, from 0 to 1. */
  originals: Float32Array;
  frames: Frame[];
}

export interface Frame {
  steps: number;
  epochs: number;
  loss: number;
  heldOut: number;
  points: Float32Array;
  middles: Float32Array;
  reconstructions: Float32Array;
}

interface Header extends Pick<Recording, 'adapter' | 'date' | 'classes' | 'shape'> {
  dots: number;
  shown: number;
  frames: {
    steps: number;
    epochs: number;
    loss: number;
    heldOut: number;
    middles: number[];
    least: number[];
    most: number[];
  }[];
}

const steps16 = 65535;

/**
 * Returns the bytes of a recording: [length of the header][header, JSON][labels][originals][for each frame: places as
 * 16-bit numbers, pictures as bytes].
 */
export function writeRecording({ labels, originals, frames, ...rest }: Recording): Uint8Array {
  const bounds = frames.map(({ points }) => boundsOf(points));
  const header: Header = {
    ...rest,
    dots: labels.length,
    shown: originals.length,
    frames: frames.map(({ points: _, reconstructions: __, middles, ...figures }, i) => ({
      ...figures,
      middles: [...middles].map((value) => Number(value.toPrecision(5))),
      ...bounds[i],
    })),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const blocks = [
    Uint8Array.from(labels),
    bytesOf(originals),
    ...frames.flatMap(({ points, reconstructions }, i) => [places(points, bounds[i]), bytesOf(reconstructions)]),
  ];
  const bytes = new Uint8Array(4 + text.length + blocks.reduce((sum, block) => sum + block.length, 0));
  new DataView(bytes.buffer).setUint32(0, text.length);
  bytes.set(text, 4);
  let at = 4 + text.length;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.length;
  }
  return bytes;
}

export function readRecording(bytes: Uint8Array): Recording {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const { dots, shown, frames, ...rest } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(4, 4 + length)),
  ) as Header;
  let at = 4 + length;
  const take = (count: number) => bytes.subarray(at, (at += count));
  const values = (count: number) => Float32Array.from(take(count), (byte) => byte / 255);
  const labels = Int32Array.from(take(dots));
  const originals = values(shown);
  return {
    ...rest,
    labels,
    originals,
    frames: frames.map(({ middles, least, most, ...figures }) => ({
      ...figures,
      middles: Float32Array.from(middles),
      points: pointsFrom(take(4 * dots), least, most),
      reconstructions: values(shown),
    })),
  };
}

export async function fetchRecording(address: string): Promise<Recording> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the recorded run is missing: ${response.status} ${response.statusText}`);
  return readRecording(await inflated(new Uint8Array(await response.arrayBuffer())));
}

const bytesOf = (values: Float32Array): Uint8Array =>
  Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));

function boundsOf(points: Float32Array): { least: number[]; most: number[] } {
  const axes = [0, 1].map((axis) => points.filter((_, i) => i % 2 === axis));
  const rounded = (value: number) => Number(value.toPrecision(6));
  return {
    least: axes.map((values) => rounded(values.reduce((a, b) => Math.min(a, b)))),
    most: axes.map((values) => rounded(values.reduce((a, b) => Math.max(a, b)))),
  };
}

/** Returns places as the high bytes of all, then the low bytes, since similar bytes in sequence pack better. */
function places(points: Float32Array, { least, most }: { least: number[]; most: number[] }): Uint8Array {
  const bytes = new Uint8Array(2 * points.length);
  points.forEach((value, i) => {
    const axis = i % 2;
    const share = (value - least[axis]) / (most[axis] - least[axis] || 1);
    const whole = Math.round(steps16 * Math.min(1, Math.max(0, share)));
    bytes[i] = whole >> 8;
    bytes[points.length + i] = whole & 255;
  });
  return bytes;
}

function pointsFrom(bytes: Uint8Array, least: number[], most: number[]): Float32Array {
  const count = bytes.length / 2;
  return Float32Array.from({ length: count }, (_, i) => {
    const axis = i % 2;
    return least[axis] + ((bytes[i] * 256 + bytes[count + i]) / steps16) * (most[axis] - least[axis]);
  });
}
