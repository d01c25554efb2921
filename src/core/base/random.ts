import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { murmur3 } from './hash.ts';

/** One stream of randomness. The n-th draw is a function of (seed, use, owner, boot, n) and of nothing else. */
export interface RandomStream {
  /** Uniform in 0 … 2^32−1. */
  uint32(): number;
  /** Uniform integer in [min, max], both included. */
  between(min: number, max: number): number;
  /** True with probability p. */
  chance(p: number): boolean;
}

/**
 * @param use what the stream decides ("election", "link", "cut" …)
 * @param owner who draws from it ("n1", "n1>n2" …)
 * @param boot streams restart at 0 under a new number after a reload
 */
export function createRandomStream(seed: number, use: string, owner: string, boot: number): RandomStream {
  const generator = xoroshiro128plus(murmur3(`${seed}/${use}/${owner}/${boot}`, 0x52494e47) | 0);
  const uint32 = (): number => generator.next() >>> 0;
  return {
    uint32,
    between: (min, max) => min + Math.floor((uint32() / 4294967296) * (max - min + 1)),
    chance: (p) => uint32() < p * 4294967296,
  };
}
