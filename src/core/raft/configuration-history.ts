import { must } from '../base/assert.ts';
import type { LogIndex } from '../base/ids.ts';
import { type Configuration, decodeConfiguration } from './configuration.ts';
import type { Entry } from './entry.ts';

/** A configuration with its version. */
export interface PlacedConfiguration {
  /** Of its entry, which the log may no longer hold; 0 = the one that the group began with. */
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

/** The configurations of one log, so that a truncated one gives way to the one before it (dissertation §4.1). */
export class ConfigurationHistory {
  /** Indices ascend. The first is the one in force at the log's base. */
  private placed: readonly PlacedConfiguration[];

  /** @param index of the entry that put `atBase` in force */
  constructor(index: LogIndex, atBase: Configuration) {
    this.placed = [{ index, configuration: atBase }];
  }

  /** In force, committed or not. */
  get current(): Configuration {
    return this.last.configuration;
  }

  get currentIndex(): LogIndex {
    return this.last.index;
  }

  /** Was in force before `current`; undefined where the log does not say. */
  get previous(): Configuration | undefined {
    return this.placed[this.placed.length - 2]?.configuration;
  }

  /** The one in force at an entry of the log, or at its base. */
  at(index: LogIndex): Configuration {
    return this.versionAt(index).configuration;
  }

  /** The same, with the index of its entry. */
  versionAt(index: LogIndex): PlacedConfiguration {
    return must(this.placedAt(index), 'the log begins at or before this entry');
  }

  /** True if another is in force now. */
  appended(entries: readonly Entry[]): boolean {
    const fresh = entries
      .filter(({ kind }) => kind === 'configuration')
      .map(({ index, command }) => ({ index, configuration: decodeConfiguration(command) }));
    if (fresh.length > 0) this.placed = [...this.placed, ...fresh];
    return fresh.length > 0;
  }

  /** Entries from `from` on are gone. True if another is in force now. */
  truncatedFrom(from: LogIndex): boolean {
    if (this.currentIndex < from) return false;
    this.placed = this.placed.filter(({ index }) => index < from);
    return true;
  }

  /** The log begins behind entry `index` now. */
  compactedTo(index: LogIndex): void {
    const first = this.placedAt(index);
    this.placed = this.placed.filter((placed) => placed === first || placed.index > index);
  }

  /** A snapshot took the place of the whole log: nothing that was in force counts any more. */
  reset(index: LogIndex, atBase: Configuration): void {
    this.placed = [{ index, configuration: atBase }];
  }

  private placedAt(index: LogIndex): PlacedConfiguration | undefined {
    return this.placed.findLast((placed) => placed.index <= index);
  }

  private get last(): PlacedConfiguration {
    return must(this.placed[this.placed.length - 1], 'a group has a configuration');
  }
}
