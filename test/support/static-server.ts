import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Finds what is served at an address. */
export type Contents = (address: string) => Promise<string | Uint8Array | undefined>;

/** Serves what `contents` finds, or rejects, on a free port. The address of a folder is that of its index.html. */
export async function serveContents(contents: Contents): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    const address = pathname.replace(/\/$/, '/index.html');
    contents(address).then(
      (body) =>
        response
          .writeHead(body === undefined ? 404 : 200, {
            'content-type': types[path.extname(address)] ?? 'application/octet-stream',
          })
          .end(body),
      (error: unknown) => response.writeHead(404).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
