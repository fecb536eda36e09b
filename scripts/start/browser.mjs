import { Failure } from '../failure.mjs';
import { adapterName, launchChrome } from '../chrome.mjs';

/** @template T @typedef {import('../../app/outcome.ts').Outcome<T>} Outcome */

/** Chrome with one of our pages in it. */
export class Browser {
  /** @type {import('puppeteer').Browser} */ #chrome;
  /** @type {import('puppeteer').Page} */ #page;
  #running = false;
  /** What the page complained of before it was asked for anything: of no interest if one clear reason turns up why it cannot. @type {string[]} */
  #troubles = [];

  /**
   * @param {import('puppeteer').Browser} chrome
   * @param {import('puppeteer').Page} page
   */
  constructor(chrome, page) {
    this.#chrome = chrome;
    this.#page = page;
    page.on('pageerror', (error) => this.#trouble(error instanceof Error ? error.message : String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warn') this.#trouble(message.text());
    });
  }

  /** @param {{ headed: boolean }} options */
  static async launch({ headed }) {
    const chrome = await launchChrome({ headless: !headed, signals: false });
    const [page] = await chrome.pages();
    return new Browser(chrome, page ?? (await chrome.newPage()));
  }

  /**
   * Opens a page; what comes back says which Chrome and which adapter it has.
   * @param {string} url
   * @param {string} ready what the page sets on `window` when it has loaded
   * @param {Record<string, (...values: any[]) => void>} functions what the page can call on its `window`
   */
  async open(url, ready, functions) {
    for (const [name, called] of Object.entries(functions)) await this.#page.exposeFunction(name, called);
    await this.#page.goto(url);
    const adapter = await adapterName(this.#page);
    if (!(await this.#page.evaluate((name) => name in window, ready))) {
      throw new Error(`the page does not load: ${this.#troubles.join('; ') || 'no reason given'}`);
    }
    const version = (await this.#chrome.version()).replace('Headless', '').replace('/', ' ');
    return { version, path: this.#chrome.process()?.spawnfile, adapter };
  }

  /**
   * Runs a function in the page, whose answer may be long in coming.
   * @template A, T
   * @param {(argument: A) => Promise<Outcome<T>>} work
   * @param {A} argument
   * @returns {Promise<T>}
   */
  async call(work, argument) {
    this.#running = true;
    for (const text of this.#troubles.splice(0)) this.#trouble(text);
    /** @type {Outcome<T>} */
    const outcome = await this.#page
      .evaluate(/** @type {(argument: unknown) => Promise<Outcome<T>>} */ (work), argument)
      .catch((error) => {
        throw this.#chrome.connected
          ? error
          : new Failure('the browser was closed before it was through', { cause: error });
      });
    if ('result' in outcome) return outcome.result;
    const { message, expected, stack } = outcome.failure;
    throw expected ? new Failure(message) : Object.assign(new Error(message), { stack: `in the page: ${stack}` });
  }

  /**
   * Asks the training to end; `run` then goes on. If the page is gone, it is `run` that fails and says so.
   * @param {'job' | 'tableJob'} job what runs in the page
   */
  stop(job = 'job') {
    this.#page.evaluate((name) => window[name].stop(), job).catch(() => {});
  }

  async close() {
    await this.#chrome.close();
  }

  /** @param {string} text */
  #trouble(text) {
    if (this.#running) console.error(`page: ${text}`);
    else this.#troubles.push(text);
  }
}
