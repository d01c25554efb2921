import { expect, test } from 'vitest';
import { clientActorId } from '../base/ids.ts';
import type { RequestBody } from './message.ts';
import { PendingProposals } from './pending-proposals.ts';

const A = clientActorId(100);
const B = clientActorId(101);
const write = (session: number, sequence: number): RequestBody => ({
  type: 'Write',
  session,
  sequence,
  write: { type: 'Delete', key: Uint8Array.of(1) },
});

test('raft bug 38: a retry of a write that is on its way joins it, and the newest attempt is answered', () => {
  const pending = new PendingProposals();
  pending.add(7, 2, A, 1, write(3, 1), 100);
  expect(pending.join(A, 2, write(3, 1))).toEqual({ term: 2, index: 7 });
  expect(pending).toMatchObject({ size: 1, bytes: 100 });
  expect(pending.take(7)).toMatchObject({ term: 2, client: A, requestId: 2 });
  expect(pending).toMatchObject({ size: 0, bytes: 0 });
  expect(pending.join(A, 3, write(3, 1))).toBeUndefined();
});

test('another sequence, session or client is another write, and every registration is one of its own', () => {
  const pending = new PendingProposals();
  pending.add(1, 1, A, 1, write(3, 1), 10);
  pending.add(2, 1, A, 2, { type: 'RegisterClient', nonce: 1 }, 5);
  expect(pending.join(A, 3, write(3, 2))).toBeUndefined();
  expect(pending.join(A, 3, write(4, 1))).toBeUndefined();
  expect(pending.join(B, 3, write(3, 1))).toBeUndefined();
  expect(pending.join(A, 3, { type: 'RegisterClient', nonce: 1 })).toBeUndefined();
});

test('what leadership leaves behind is handed back once, in the order of the log', () => {
  const pending = new PendingProposals();
  pending.add(1, 1, A, 1, write(3, 1), 10);
  pending.add(2, 1, B, 2, write(4, 1), 20);
  expect(pending.takeAll().map(({ requestId }) => requestId)).toEqual([1, 2]);
  expect(pending).toMatchObject({ size: 0, bytes: 0 });
  expect(pending.takeAll()).toEqual([]);
  expect(pending.join(A, 3, write(3, 1))).toBeUndefined();
});
