/** What the engine counts of its writes, since it was opened. Bytes unless the name says otherwise. */
export class WriteStatistics {
  bytesWritten = 0;
  flushes = 0;
  bytesFlushed = 0;
  compactions = 0;
  tablesMoved = 0;
  bytesCompactedRead = 0;
  bytesCompactedWritten = 0;
  entriesDropped = 0;
  /** How often writes began to be delayed, and to stand. */
  delays = 0;
  stops = 0;
}
