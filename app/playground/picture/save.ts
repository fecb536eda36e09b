/**
 * The buttons that save a figure as a PNG. Most stand in the page as
 * `<button class="save-picture" data-picture="what it shows" data-of="ids of its parts">`.
 */
import { byId, download, h, writeText } from '../dom.ts';
import { hideNotice, showNotice } from '../notice.ts';
import { pictureName, pictureTitle, type PictureSubject } from './name.ts';
import { isEmpty, snapshot } from './snapshot.ts';

type SubjectOf = (button: HTMLButtonElement) => PictureSubject;

let subjectOf: SubjectOf | undefined;

/** Sets the function that returns the subject of each picture. The first call also activates the buttons. */
export function picturesAre(of: SubjectOf): void {
  if (!subjectOf) document.addEventListener('click', pressed);
  subjectOf = of;
}

function pressed({ target }: MouseEvent): void {
  const button = target instanceof Element && target.closest<HTMLButtonElement>('button[data-picture]');
  if (!button || !subjectOf) return;
  const { picture = '', of = '' } = button.dataset;
  const parts = of.split(' ').map((id) => byId(id));
  if (isEmpty(parts)) return refuse(`The picture of the ${picture} is still empty.`);
  const subject = subjectOf(button);
  const name = pictureName(picture, subject);
  snapshot(parts, pictureTitle(picture, subject)).toBlob((blob) => {
    if (!blob) return refuse(`This browser could not make a picture of the ${picture}: it may be too large.`);
    download(name, blob, 'image/png');
    writeText(byId('live'), `${name} is among your downloads.`);
  }, 'image/png');
}

const refuse = (why: string): void => showNotice('', why, { text: 'Close', press: hideNotice });

/** Makes a button for a figure that is added later. `of` are the ids of its parts, separated by spaces. */
export const pictureButton = (shows: string, of: string): HTMLButtonElement =>
  h(
    'button',
    { className: 'save-picture', type: 'button', 'data-picture': shows, 'data-of': of },
    'Save picture',
    h('span', { className: 'unseen' }, ` of the ${shows}`),
  );
