import { readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{ id: number, type: string, megabytes: number }} ChromeProcess `megabytes`: its memory at the start */
/** @typedef {{ page: number, others: number }} ChromeMemory in megabytes */

/**
 * Starts to measure the memory of a Chrome's processes. Returns a function that returns by how much they have grown at
 * most since then: the page's, and all others together, each process at its own peak. Only Linux tells this.
 * @param {import('puppeteer').Browser} chrome a browser with one page
 * @returns {Promise<() => Promise<ChromeMemory | undefined>>}
 */
export async function watchMemory(chrome) {
  if (process.platform !== 'linux') return async () => undefined;
  const before = new Map((await processesOf(chrome)).map(({ id }) => [id, startOf(id)]));
  return async () => {
    const grown = (await processesOf(chrome)).map(({ id, type }) => ({
      type,
      megabytes: Math.max(0, statusOf(id, 'VmHWM') - (before.get(id) ?? 0)),
    }));
    const page = Math.max(...grown.filter(({ type }) => type === 'renderer').map(({ megabytes }) => megabytes));
    return { page, others: grown.reduce((sum, { megabytes }) => sum + megabytes, 0) - page };
  };
}

/** Returns a process's memory now, from which on its peak counts. @param {number} id */
function startOf(id) {
  // 5 sets the peak back to the memory of now.
  writeFileSync(`/proc/${id}/clear_refs`, '5');
  return statusOf(id, 'VmRSS');
}

/** @param {import('puppeteer').Browser} chrome */
async function processesOf(chrome) {
  const session = await chrome.target().createCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo;
}

/** Returns a figure of a process in megabytes. @param {number} id @param {'VmHWM' | 'VmRSS'} name */
function statusOf(id, name) {
  const kibibytes = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`process ${id} has no ${name}`);
  return (Number(kibibytes) * 1024) / 1e6;
}
