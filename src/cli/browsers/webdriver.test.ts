import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebDriverError, WebDriverSession } from './webdriver.ts';

type Answer = readonly [status: number, value: unknown];

let server: Server | undefined;
afterEach(() => server?.close());

/** A remote end that answers each command by its method and path, and keeps what it was asked. */
async function remoteEnd(answers: Readonly<Record<string, Answer>>) {
  const asked: { readonly command: string; readonly body: unknown }[] = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const command = `${request.method} ${request.url}`;
    asked.push({ command, body: text === '' ? undefined : JSON.parse(text) });
    const [status, value] = answers[command] ?? [404, { error: 'unknown command', message: command }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ value }));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { asked, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const OPENED: Answer = [200, { sessionId: 'abc', capabilities: { browserVersion: '2.50' } }];
const ELEMENT = { 'element-6066-11e4-a52e-4f735466cecf': 'e1' };

test('opens a session, finds, types and ends with Enter, closes', async () => {
  const { asked, address } = await remoteEnd({
    'POST /session': OPENED,
    'POST /session/abc/execute/sync': [200, ELEMENT],
    'POST /session/abc/element/e1/value': [200, null],
    'DELETE /session/abc': [200, null],
  });
  const session = await WebDriverSession.open(address, { a: 1 });
  expect(session.capabilities).toEqual({ browserVersion: '2.50' });
  const element = await session.execute<typeof ELEMENT>('return document.body');
  await session.typeLine(element, 'GET a');
  await session.close();
  expect(asked).toEqual([
    { command: 'POST /session', body: { capabilities: { alwaysMatch: { a: 1 } } } },
    { command: 'POST /session/abc/execute/sync', body: { script: 'return document.body', args: [] } },
    { command: 'POST /session/abc/element/e1/value', body: { text: 'GET a\uE007' } },
    { command: 'DELETE /session/abc', body: undefined },
  ]);
});

test('an error of the remote end keeps its name', async () => {
  const { address } = await remoteEnd({
    'POST /session': OPENED,
    'POST /session/abc/element/e1/click': [400, { error: 'element click intercepted', message: 'a popover is above' }],
  });
  const session = await WebDriverSession.open(address, {});
  const clicked = session.click(ELEMENT);
  await expect(clicked).rejects.toThrow(WebDriverError);
  await expect(clicked).rejects.toMatchObject({
    code: 'element click intercepted',
    message: 'element click intercepted: a popover is above',
  });
});

test('a screenshot arrives as bytes', async () => {
  const { address } = await remoteEnd({ 'POST /session': OPENED, 'GET /session/abc/screenshot': [200, 'iVBORw=='] });
  const session = await WebDriverSession.open(address, {});
  expect([...(await session.screenshot())]).toEqual([0x89, 0x50, 0x4e, 0x47]);
});
