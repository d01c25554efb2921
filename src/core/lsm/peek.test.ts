import fc from 'fast-check';
import { expect, test } from 'vitest';
import { key } from './testing/bytes.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { flush, open, write } from './testing/store.ts';

const step = fc.oneof(
  fc.record({ name: fc.constantFrom('a', 'b', 'c'), value: fc.option(fc.string({ minLength: 1, maxLength: 3 })) }),
  fc.constantFrom('flush', 'close'),
);

test('peek finds what get finds, and leaves cache and statistics as they were', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const disk = new MemoryDisk();
      const engine = open(disk);
      let closed = false;
      for (const each of steps) {
        if (each === 'close') {
          closed ||= engine.startFlush() !== undefined;
        } else if (each === 'flush') {
          if (!closed) flush(engine, disk);
        } else write(engine, each.value === null ? each.name : `${each.name}=${each.value.replaceAll('=', '-')}`);
      }
      const before = JSON.stringify(engine.report());
      const peeked = ['a', 'b', 'c', 'd'].map((name) => disk.run(engine.peek(key(name))));
      expect(JSON.stringify(engine.report())).toBe(before);
      expect(peeked).toEqual(['a', 'b', 'c', 'd'].map((name) => disk.run(engine.get(key(name)))));
    }),
  );
});
