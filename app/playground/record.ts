/**
 * Makes the files that come with the playground: a small trained model, and a recorded run for browsers without WebGPU.
 */
import { readSafetensors, writeSafetensors } from '../../src/index.ts';
import { Connection } from './connection.ts';
import { deflated } from './inflate.ts';
import { extended, emptyHistory } from './history.ts';
import type { Look, Progress } from './protocol.ts';
import { writeRecording, type Frame } from './recording.ts';
import { defaults } from './settings.ts';

export interface RecordOptions {
  epochs: number;
  /** The number of frames, which are denser at the beginning, where most happens. */
  frames: number;
  /** The number of examples shown as dots. */
  dots: number;
}

export interface Recorded {
  /** The model's file, gzipped, as base64. */
  model: string;
  recording: string;
  losses: { loss: number; heldOut: number; probe?: number };
}

declare global {
  interface Window {
    record(options: RecordOptions): Promise<Recorded>;
  }
}

window.record = async ({ epochs, frames, dots }) => {
  let history = emptyHistory();
  let progress: Progress | undefined;
  let failed: Error | undefined;
  const worker = new Connection({
    progress: (now, news) => {
      progress = now;
      history = extended(history, news);
    },
    trouble: (error) => (failed = error),
  });
  const opened = await worker.ask('open', {
    settings: defaults,
    digits: new URL('data/', document.baseURI).href,
    resume: false,
  });
  const kept: Frame[] = [];
  const keep = async () => {
    const [look, { losses }] = [await worker.ask('look'), await worker.ask('judge')];
    kept.push(
      frameOf(look, progress ?? opened.progress, history.epochs.at(-1)?.loss ?? losses.loss, losses.loss, dots),
    );
  };
  await keep();
  await worker.ask('play');
  for (let i = 1; i < frames; i++) {
    const wanted = epochs * (i / (frames - 1)) ** 2.5;
    while ((progress?.epochs ?? 0) < wanted) {
      if (failed) throw failed;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await keep();
  }
  progress = await worker.ask('pause');
  const { losses, probe } = await worker.ask('judge');
  const recording = writeRecording({
    adapter: opened.adapter.name,
    date: new Date().toISOString().slice(0, 10),
    labels: opened.data.labels!.subarray(0, dots),
    classes: opened.data.classes,
    shape: opened.data.shape,
    originals: opened.shown.values,
    frames: kept,
  });
  const model = shortened(await worker.ask('file', 'safetensors'), progress, JSON.stringify(history));
  return {
    model: await base64(model),
    recording: await base64(recording),
    losses: { loss: history.epochs.at(-1)!.loss, heldOut: losses.loss, probe },
  };
};

function frameOf(
  { points, middles, reconstructions }: Look,
  { steps, epochs }: Progress,
  loss: number,
  heldOut: number,
  dots: number,
): Frame {
  return { steps, epochs, loss, heldOut, points: points.slice(0, 2 * dots), middles, reconstructions };
}

/** Rounds weights to eight significant bits, so that the packed file is half as long. */
function shortened(file: Uint8Array, { steps, epochs }: Progress, history: string): Uint8Array {
  const { tensors, metadata } = readSafetensors(file);
  const rounded = Object.entries(tensors).map(([name, { data, shape }]) => [
    name,
    { data: data.map(toEightBits), shape },
  ]);
  return writeSafetensors(Object.fromEntries(rounded) as typeof tensors, {
    ...metadata,
    steps: `${steps}`,
    epochs: `${epochs}`,
    history,
  });
}

function toEightBits(value: number): number {
  const word = new Uint32Array(Float32Array.of(value).buffer);
  word[0] = (word[0] + 0x8000) & 0xffff0000;
  return new Float32Array(word.buffer)[0];
}

async function base64(bytes: Uint8Array): Promise<string> {
  const packed = await deflated(bytes);
  let text = '';
  for (let at = 0; at < packed.length; at += 0x8000) text += String.fromCharCode(...packed.subarray(at, at + 0x8000));
  return btoa(text);
}
