// npm run pictures: trains models for some seconds each, and draws the pictures of the guides.
// `npm run pictures -- --help` lists them.
// Until setupBeforeChrome() has run, no package may be imported, since a fresh machine has none.
import { runMain } from './failure.mjs';
import { helpText, readOptions } from './pictures/options.mjs';
import { setupBeforeChrome } from './setup.mjs';

await runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(helpText());
    return;
  }
  await setupBeforeChrome();
  const { drawPictures } = await import('./pictures/pictures.mjs');
  await drawPictures(options);
});
