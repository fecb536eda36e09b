import { Failure } from '../failure.mjs';
import { adapterName, launchChrome } from '../chrome.mjs';

/** @template T @typedef {import('../../app/outcome.ts').Outcome<T>} Outcome */

/** Chrome with one of our pages. */
export class Browser {
  /** @type {import('puppeteer').Browser} */ #chrome;
  /** @type {import('puppeteer').Page} */ #page;
  #running = false;
  /**
   * The errors of the page before its first call; they are not shown if a clearer reason is found.
   * @type {string[]}
   */
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
   * Opens a page, and returns the names of its Chrome and its adapter.
   * @param {string} url
   * @param {string} ready the name that the page sets on `window` when it has loaded
   * @param {Record<string, (...values: any[]) => void>} functions the functions that the page can call on its `window`
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
   * Runs a function in the page, whose result may take long.
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
          : new Failure('the browser was closed before the work was done', { cause: error });
      });
    if ('result' in outcome) return outcome.result;
    const { message, expected, stack } = outcome.failure;
    throw expected ? new Failure(message) : Object.assign(new Error(message), { stack: `in the page: ${stack}` });
  }

  /**
   * Asks the training to end, after which the running `call` continues. If the page is gone, that call fails and says
   * so.
   * @param {'job' | 'tableJob' | 'seriesJob'} job the job that runs in the page
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
