import { must } from '../base/assert.ts';
import type { LogIndex } from '../base/ids.ts';
import { type Configuration, decodeConfiguration } from './configuration.ts';
import type { Entry } from './entry.ts';

interface Placed {
  /** Of its entry; 0 = the one that the group began with. */
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

/** The configurations of one log, so that a truncated one gives way to the one before it (dissertation §4.1). */
export class ConfigurationHistory {
  /** Indices ascend; the first is there always. */
  private readonly placed: Placed[];

  constructor(initial: Configuration) {
    this.placed = [{ index: 0, configuration: initial }];
  }

  /** In force, committed or not. */
  get current(): Configuration {
    return this.last.configuration;
  }

  get currentIndex(): LogIndex {
    return this.last.index;
  }

  /** Was in force before `current`; undefined for the first one. */
  get previous(): Configuration | undefined {
    return this.placed[this.placed.length - 2]?.configuration;
  }

  /** True if another is in force now. */
  appended(entries: readonly Entry[]): boolean {
    const before = this.placed.length;
    for (const { kind, index, command } of entries) {
      if (kind === 'configuration') this.placed.push({ index, configuration: decodeConfiguration(command) });
    }
    return this.placed.length > before;
  }

  /** Entries from `from` on are gone. True if another is in force now. */
  truncatedFrom(from: LogIndex): boolean {
    const before = this.placed.length;
    while (this.last.index >= from) this.placed.pop();
    return this.placed.length < before;
  }

  private get last(): Placed {
    return must(this.placed[this.placed.length - 1], 'a group has a configuration');
  }
}
