import { font, type Look } from './look.ts';

export type Context = CanvasRenderingContext2D;

/** The space between a picture's edge and its content. */
export const margin = 8;
const titleHeight = 40;

/** A canvas on paper of the theme's colour. One unit of its context is one CSS pixel, and 0, 0 is below the title, if there is one. */
export function paper(look: Look, height: number, title = ''): { canvas: HTMLCanvasElement; context: Context } {
  const head = look.titled ? titleHeight : 0;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(look.width * look.density);
  canvas.height = Math.round((head + height) * look.density);
  canvas.style.width = `${look.width}px`;
  const context = contextOf(canvas);
  context.scale(look.density, look.density);
  context.fillStyle = look.theme.paper;
  context.fillRect(0, 0, look.width, head + height);
  if (look.titled) {
    context.fillStyle = look.theme.ink;
    context.font = font(16, 600);
    context.textBaseline = 'middle';
    context.fillText(title, margin, head / 2 + 2);
  }
  context.translate(0, head);
  return { canvas, context };
}

export function contextOf(canvas: HTMLCanvasElement): Context {
  const context = canvas.getContext('2d');
  if (!context) throw new Error(`a canvas of ${canvas.width}×${canvas.height} pixels cannot be made`);
  return context;
}

export function toPng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be written as PNG'))),
      'image/png',
    );
  });
}
