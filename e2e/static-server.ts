import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const DIST = join(import.meta.dirname, '../dist');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export interface SiteOptions {
  /** The built site is below this path, and nothing else is. Begins and ends with a slash. */
  readonly prefix: string;
  /** Sent with every file of the site. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Files whose path matches are gone, from the moment at which this is said. */
  readonly isGone?: (pathname: string) => boolean;
  /** Other pages of this server, by path. */
  readonly pages?: Readonly<Record<string, string>>;
}

export interface Site {
  readonly origin: string;
  /** Paths that were asked for and are not there. */
  readonly missing: readonly string[];
  close(): void;
}

/** The built site on a server as plain as one can be: files below the prefix, 404 for all else. */
export async function serveSite({
  prefix,
  headers = {},
  pages = {},
  isGone = () => false,
}: SiteOptions): Promise<Site> {
  const missing: string[] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const page = pages[pathname];
    if (page !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
      return;
    }
    const file = pathname.startsWith(prefix) ? normalize(pathname.slice(prefix.length) || 'index.html') : '..';
    try {
      if (file.startsWith('..') || isGone(pathname)) throw new Error('outside');
      const body = await readFile(join(DIST, file));
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, ...headers }).end(body);
    } catch {
      missing.push(pathname);
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${port}`, missing, close };
}
