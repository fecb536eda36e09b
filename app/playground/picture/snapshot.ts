/** Draws parts of the page as a picture: their canvases, with the texts and the legends around them. */
import { context2d, styled } from '../look.ts';

const margin = 14;
const titleHeight = 26;
/** The gap between two parts. Controls between the parts of a figure are left out with their space. */
const gap = 6;
/** The elements that are left out. Among them are uPlot's layers over a chart, which follow the pointer. */
const leftOut = '.unseen, .save-picture, details, select, input, .u-over, .u-under';

/**
 * Draws visible parts of the page one below the other, under a title, with `density` device pixels for each CSS pixel.
 */
export function snapshot(parts: readonly Element[], title: string, density = devicePixelRatio): HTMLCanvasElement {
  const seen = parts.filter((part) => part.checkVisibility() && part.getBoundingClientRect().height > 0);
  const boxes = seen.map((part) => part.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const width = Math.max(...boxes.map((box) => box.right)) - left;
  const height = boxes.reduce((sum, box) => sum + box.height + gap, titleHeight);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round((width + 2 * margin) * density);
  canvas.height = Math.round((height + 2 * margin) * density);
  const context = context2d(canvas);
  context.scale(density, density);
  context.fillStyle = styled('panel');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  context.font = `600 13px ${getComputedStyle(document.body).fontFamily}`;
  context.fillStyle = styled('ink');
  context.fillText(title, margin, margin + titleHeight / 3, width);
  let top = margin + titleHeight;
  seen.forEach((part, i) => {
    context.save();
    context.translate(margin - left, top - boxes[i].top);
    paint(context, part);
    context.restore();
    top += boxes[i].height + gap;
  });
  return canvas;
}

/** Returns whether a figure has no visible canvas, as before the first answer of the worker. */
export const isEmpty = (parts: readonly Element[]): boolean =>
  !parts
    .flatMap((part) => [part, ...part.querySelectorAll('*')])
    .some((element) => element instanceof HTMLCanvasElement && element.checkVisibility());

function paint(context: CanvasRenderingContext2D, element: Element): void {
  if (!element.checkVisibility() || element.matches(leftOut)) return;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  context.save();
  context.globalAlpha *= Number(style.opacity);
  paintBackground(context, box, style);
  paintMark(context, element, box);
  if (element instanceof HTMLCanvasElement) paintCanvas(context, element, box, style);
  if (style.overflowY !== 'visible') {
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
  }
  for (const node of element.childNodes) {
    if (node instanceof Element) paint(context, node);
    else if (node instanceof Text) paintWords(context, node, style);
  }
  context.restore();
}

function paintBackground(context: CanvasRenderingContext2D, box: DOMRect, style: CSSStyleDeclaration): void {
  const { backgroundColor, borderTopLeftRadius } = style;
  if (backgroundColor === 'rgba(0, 0, 0, 0)') return;
  const radius = Number.parseFloat(borderTopLeftRadius);
  context.fillStyle = backgroundColor;
  context.beginPath();
  context.roundRect(
    box.left,
    box.top,
    box.width,
    box.height,
    borderTopLeftRadius.endsWith('%') ? (radius / 100) * box.width : radius,
  );
  context.fill();
}

/** Draws the line before an entry of a legend, which the style sheet makes as a border. */
function paintMark(context: CanvasRenderingContext2D, element: Element, box: DOMRect): void {
  const { content, borderTopStyle, borderTopColor, width } = getComputedStyle(element, '::before');
  if (content === 'none' || borderTopStyle === 'none') return;
  const dashes: Record<string, number[]> = { dashed: [6, 3], dotted: [2, 3] };
  context.save();
  context.strokeStyle = borderTopColor;
  context.lineWidth = 2;
  context.setLineDash(dashes[borderTopStyle] ?? []);
  context.beginPath();
  context.moveTo(box.left, box.top + box.height / 2);
  context.lineTo(box.left + Number.parseFloat(width), box.top + box.height / 2);
  context.stroke();
  context.restore();
}

function paintCanvas(
  context: CanvasRenderingContext2D,
  canvas: HTMLCanvasElement,
  box: DOMRect,
  { imageRendering, objectFit }: CSSStyleDeclaration,
): void {
  if (!canvas.width || !canvas.height) return;
  const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
  const [width, height] =
    objectFit === 'contain' ? [canvas.width * scale, canvas.height * scale] : [box.width, box.height];
  context.imageSmoothingEnabled = imageRendering !== 'pixelated';
  context.imageSmoothingQuality = 'high';
  context.drawImage(canvas, box.left + (box.width - width) / 2, box.top + (box.height - height) / 2, width, height);
}

/** Draws a text word by word, with the browser's line breaks. */
function paintWords(context: CanvasRenderingContext2D, text: Text, style: CSSStyleDeclaration): void {
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  const range = document.createRange();
  for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    const [box] = range.getClientRects();
    if (box) context.fillText(word, box.left, box.top + box.height / 2);
  }
}
