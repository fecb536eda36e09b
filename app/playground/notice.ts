import { byId, h } from './dom.ts';

/** Shows a notice at the top of the page: what went wrong, and what to do. */
export function showNotice(title: string, text: string, button?: { text: string; press: () => void }): void {
  const notice = byId('notice');
  const pressed = button && h('button', { type: 'button', onclick: button.press }, button.text);
  notice.replaceChildren(h('p', {}, h('strong', {}, title), text, pressed ?? ''));
  notice.hidden = false;
}

export const hideNotice = (): void => {
  byId('notice').hidden = true;
};
