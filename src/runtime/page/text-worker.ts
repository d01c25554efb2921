import type { MakeWorker } from './worker-ways.ts';

/** Workers from the text of a script, which is held as a `blob:` address for as long as the page lives: every REVIVE needs it again. */
export async function workersFromText(address: string): Promise<MakeWorker> {
  const response = await fetch(address, { credentials: 'omit' });
  if (!response.ok) throw new Error(`${address} answers ${response.status}`);
  // Modules are strict by themselves; the same code must not behave otherwise here.
  const start = `"use strict";self.ringsideAddress=${JSON.stringify(response.url)};`;
  const text = new Blob([start, await response.text()], { type: 'text/javascript' });
  const held = URL.createObjectURL(text);
  return (name) => new Worker(held, { name });
}
