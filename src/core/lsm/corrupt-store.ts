/** What is on disk cannot be what was written. The node stops and shows it; nothing is guessed and nothing is deleted. */
export class CorruptStore extends Error {
  override readonly name = 'CorruptStore';
}

/** @param what the record, as a reader of the disk would name it: "table 7, extent 0", "manifest edit 3" */
export const corrupt = (what: string, why: string): CorruptStore => new CorruptStore(`${what}: ${why}`);
