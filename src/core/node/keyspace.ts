/** First byte of every internal key. On disk: do not change. */
export const SYSTEM_KEYSPACE = 0;
export const STRONG_KEYSPACE = 1;
export const EVENTUAL_KEYSPACE = 2;
