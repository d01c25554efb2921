import { expect, test } from 'vitest';
import { leaveNothingInPageCache } from './page-cache.ts';

/** A window as far as this is concerned. */
function createPage() {
  const events = new EventTarget();
  const done: string[] = [];
  const page = {
    addEventListener: events.addEventListener.bind(events),
    location: { reload: () => done.push('reload') },
  } as unknown as Window;
  leaveNothingInPageCache(page, () => done.push('end'));
  const tell = (type: string, persisted: boolean) =>
    events.dispatchEvent(Object.assign(new Event(type), { persisted }));
  return { done, tell };
}

test('a page that goes into the cache ends its workers, and begins anew when it comes back', () => {
  const { done, tell } = createPage();
  tell('pageshow', false);
  expect(done).toEqual([]);
  tell('pagehide', true);
  expect(done).toEqual(['end']);
  tell('pageshow', true);
  expect(done).toEqual(['end', 'reload']);
});

test('a page that is really gone is left time to keep what it can', () => {
  const { done, tell } = createPage();
  tell('pagehide', false);
  expect(done).toEqual([]);
});
