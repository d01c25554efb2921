const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * What of a key decides its shard, as in Redis Cluster: where a `{` is followed by a `}` with something between the two, what stands between the
 * first `{` and the first `}` behind it; else the whole key. So `cart{u1}` and `orders{u1}` live in one shard. A view of `key`.
 */
export function hashedPart(key: Uint8Array): Uint8Array {
  const open = key.indexOf(OPEN);
  if (open < 0) return key;
  const close = key.indexOf(CLOSE, open + 1);
  return close <= open + 1 ? key : key.subarray(open + 1, close);
}
