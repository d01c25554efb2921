const THETA = 0.99;

/** Σ i^−θ for i = 1 … n. */
export function zeta(n: number, theta = THETA): number {
  let sum = 0;
  for (let i = 1; i <= n; i++) sum += i ** -theta;
  return sum;
}

/** Ranks 0 … n−1, rank i with a share of (i+1)^−θ / ζ(n, θ); rank 0 is the most frequent (Gray et al. 1994, as in YCSB). */
export class Zipfian {
  readonly zetan: number;
  private readonly items: number;
  private readonly alpha: number;
  private readonly eta: number;
  private readonly theta: number;

  /** @param zetan ζ(items, θ), where it is known already */
  constructor(items: number, zetan?: number, theta = THETA) {
    this.items = items;
    this.theta = theta;
    this.zetan = zetan ?? zeta(items, theta);
    this.alpha = 1 / (1 - theta);
    this.eta = (1 - (2 / items) ** (1 - theta)) / (1 - zeta(2, theta) / this.zetan);
  }

  /** @param u uniform in [0, 1) */
  rank(u: number): number {
    const uz = u * this.zetan;
    if (uz < 1) return 0;
    if (uz < 1 + 0.5 ** this.theta) return 1;
    return Math.min(this.items - 1, Math.floor(this.items * (this.eta * u - this.eta + 1) ** this.alpha));
  }
}

/** What YCSB draws its scrambled ranks from, whatever the number of records, and ζ of it. */
const SCRAMBLED_ITEMS = 10_000_000_000;
export const SCRAMBLED_ZETAN = 26.46902820178302;

/** FNV-1a over the eight bytes of a number, low byte first, as the absolute value of a signed 64-bit integer (YCSB's `fnvhash64`). */
export function fnv64(value: number): bigint {
  let rest = BigInt(value);
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < 8; i++) {
    hash = BigInt.asUintN(64, (hash ^ (rest & 0xffn)) * 1099511628211n);
    rest >>= 8n;
  }
  const signed = BigInt.asIntN(64, hash);
  return signed < 0n ? -signed : signed;
}

/** Frequent records scattered over 0 … records−1 (YCSB's ScrambledZipfian). */
export class ScrambledZipfian {
  private readonly zipfian = new Zipfian(SCRAMBLED_ITEMS, SCRAMBLED_ZETAN);
  private readonly records: bigint;

  constructor(records: number) {
    this.records = BigInt(records);
  }

  record(u: number): number {
    return Number(fnv64(this.zipfian.rank(u)) % this.records);
  }
}

/** The newest record most often: newest − rank (YCSB's SkewedLatest). */
export class Latest {
  private records: number;
  private zipfian: Zipfian;

  constructor(records: number) {
    this.records = records;
    this.zipfian = new Zipfian(records);
  }

  /** A record came to be; its number. */
  insert(): number {
    const number = this.records++;
    this.zipfian = new Zipfian(this.records, this.zipfian.zetan + this.records ** -THETA);
    return number;
  }

  record(u: number): number {
    return this.records - 1 - this.zipfian.rank(u);
  }
}
