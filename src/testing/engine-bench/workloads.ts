import { createRandomStream, type RandomStream } from '../../core/base/random.ts';
import type { BenchStore } from './bench-store.ts';
import { keyOf, missingKeyOf, type Pair, pairOf, shuffled } from './load.ts';
import { Latest, ScrambledZipfian } from './zipfian.ts';

/** Pairs of a batch write, and how many batches wait at once. */
const BATCH_PAIRS = 500;
const BATCHES_IN_FLIGHT = 8;
/** Single operations in flight. */
export const OPS_IN_FLIGHT = 64;
const SCAN_PAIRS = 100;
/** The writer beside readers: batches a second, and pairs of each. */
const WRITER_BATCHES_PER_SECOND = 50;
const WRITER_PAIRS = 100;

/** Does it, and says how many operations that were; it may end before all are done when the time is up. */
export type Work = (store: BenchStore, deadline: number) => Promise<number>;

export interface Workload {
  readonly name: string;
  /** Of an operation: what it asks for or writes, in pairs. */
  readonly pairsPerOp: number;
  readonly work: Work;
}

const random = (name: string): RandomStream => createRandomStream(1, 'bench', name, 0);
const uniform = (stream: RandomStream): number => stream.uint32() / 4294967296;

/** `tasks` loops take operations off one list until it is empty or the time is up; how many were done. */
async function share(count: number, tasks: number, deadline: number, op: (i: number) => unknown): Promise<number> {
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < count && performance.now() < deadline) {
      const done = op(next++);
      if (done instanceof Promise) await done;
    }
  };
  await Promise.all(Array.from({ length: tasks }, loop));
  return next;
}

function fill(name: string, order: (stream: RandomStream) => ArrayLike<number>): Workload {
  const work: Work = async (store, deadline) => {
    const stream = random(name);
    const numbers = order(stream);
    const batches = Math.ceil(numbers.length / BATCH_PAIRS);
    const done = await share(batches, BATCHES_IN_FLIGHT, deadline, (i) => {
      const pairs: Pair[] = [];
      const end = Math.min(numbers.length, (i + 1) * BATCH_PAIRS);
      for (let at = i * BATCH_PAIRS; at < end; at++) pairs.push(pairOf(numbers[at] as number, stream));
      return store.write(pairs);
    });
    return Math.min(numbers.length, done * BATCH_PAIRS);
  };
  return { name, pairsPerOp: 1, work };
}

export const fillSequential = (keys: number): Workload =>
  fill('fill sequential', () => Uint32Array.from({ length: keys }, (_, i) => i));
export const fillRandom = (keys: number, name = 'fill random'): Workload =>
  fill(name, (stream) => shuffled(keys, stream));
export const overwrite = (keys: number): Workload =>
  fill('overwrite', (stream) => Uint32Array.from({ length: keys }, () => stream.between(0, keys - 1)));

/** What the MemTable holds becomes a table; an operation is a pair. */
export function flushOf(store: { settle(): Promise<void> }, pairs: number): Workload {
  const work: Work = async () => {
    await store.settle();
    return pairs;
  };
  return { name: 'flush of that MemTable', pairsPerOp: 1, work };
}

function reads(name: string, keys: number, count: number, present: boolean): Workload {
  const work: Work = (store, deadline) => {
    const stream = random(name);
    const wanted = Array.from({ length: count }, () => {
      const number = stream.between(0, keys - 1);
      return present ? keyOf(number) : missingKeyOf(number);
    });
    const check = (value: Uint8Array | undefined): void => {
      if ((value !== undefined) !== present) throw new Error(`${name}: a key is ${present ? 'missing' : 'there'}`);
    };
    return share(count, OPS_IN_FLIGHT, deadline, (i) => {
      const value = store.get(wanted[i] as Uint8Array<ArrayBuffer>);
      return value instanceof Promise ? value.then(check) : check(value);
    });
  };
  return { name, pairsPerOp: 1, work };
}

export const readRandom = (keys: number, count: number, how: string): Workload =>
  reads(`read random ${how}`, keys, count, true);
export const readMissing = (keys: number, count: number): Workload => reads('read missing', keys, count, false);

export function scans(keys: number, count: number): Workload {
  const work: Work = (store, deadline) => {
    const stream = random('scan');
    return share(count, 1, deadline, async () => {
      const found = await store.scan(keyOf(stream.between(0, keys - SCAN_PAIRS)), SCAN_PAIRS);
      if (found !== SCAN_PAIRS) throw new Error(`scan: ${found} pairs and not ${SCAN_PAIRS}`);
    });
  };
  return { name: `scan of ${SCAN_PAIRS}`, pairsPerOp: SCAN_PAIRS, work };
}

/** Random reads beside a writer at a fixed rate; the reads are counted. */
export function readWhileWriting(keys: number, count: number): Workload {
  const { work: read } = readRandom(keys, count, 'while writing');
  const work: Work = async (store, deadline) => {
    const stream = random('writer');
    let reading = true;
    const writer = (async () => {
      while (reading) {
        const began = performance.now();
        await store.write(Array.from({ length: WRITER_PAIRS }, () => pairOf(stream.between(0, keys - 1), stream)));
        const rest = 1000 / WRITER_BATCHES_PER_SECOND - (performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, rest));
      }
    })();
    try {
      return await read(store, deadline);
    } finally {
      reading = false;
      await writer;
    }
  };
  return { name: 'read while writing', pairsPerOp: 1, work };
}

type Ycsb = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';
/** Share of reads (of scans in E); the rest updates, inserts in D and E, reads and writes again in F. */
const READ_SHARE: Readonly<Record<Ycsb, number>> = { A: 0.5, B: 0.95, C: 1, D: 0.95, E: 0.95, F: 0.5 };
const YCSB_SCAN_PAIRS_MAX = 100;

/** @param first number of the first record that an insert makes */
export function ycsb(letter: Ycsb, first: number, count: number): Workload {
  const inserts = letter === 'D' || letter === 'E';
  const work: Work = (store, deadline) => {
    const stream = random(`ycsb ${letter}`);
    const scrambled = new ScrambledZipfian(first);
    const latest = new Latest(first);
    const ops = Array.from({ length: count }, () => {
      const isRead = stream.chance(READ_SHARE[letter]);
      if (!isRead && inserts) return { isRead, pair: pairOf(latest.insert(), stream), pairs: 0 };
      const record = letter === 'D' ? latest.record(uniform(stream)) : scrambled.record(uniform(stream));
      return { isRead, pair: pairOf(record, stream), pairs: stream.between(1, YCSB_SCAN_PAIRS_MAX) };
    });
    return share(count, OPS_IN_FLIGHT, deadline, (i) => {
      const { isRead, pair, pairs } = ops[i] as (typeof ops)[number];
      if (isRead) return letter === 'E' ? store.scan(pair.key, pairs) : store.get(pair.key);
      if (letter !== 'F') return store.write([pair]);
      return Promise.resolve(store.get(pair.key)).then(() => store.write([pair]));
    });
  };
  return { name: `YCSB ${letter}`, pairsPerOp: letter === 'E' ? READ_SHARE.E * (YCSB_SCAN_PAIRS_MAX / 2) : 1, work };
}
