/** Thrown by `assert`. A node that throws it is shown as crashed with this reason; it never goes on. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Asserts stay on everywhere: a broken invariant becomes a crashed node, never a silent wrong answer. */
export function assert(condition: boolean, why: string): asserts condition {
  if (!condition) throw new AssertionError(why);
}

/** Ends an exhaustive `switch` over a tagged union; the compiler rejects a forgotten case. */
export function assertNever(value: never): never {
  throw new AssertionError(`unexpected value: ${JSON.stringify(value)}`);
}

/** The value, where the caller knows that it is there. */
export function must<T>(value: T | undefined | null, why: string): T {
  assert(value !== undefined && value !== null, why);
  return value;
}
