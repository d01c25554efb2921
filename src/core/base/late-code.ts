import { must } from './assert.ts';

/** Code that is needed now could not be loaded: the program is not whole, whatever the run does. The node that needs it ends, with this as its reason. */
export class LateCodeMissing extends Error {
  override readonly name = 'LateCodeMissing';
}

/**
 * A place for code that most runs need late or never. What stands here is an import like any other, but for the moment at which it is resolved: at
 * first use, by whoever has put the parts of the program together. It is code alone, so that a run is the same whenever it comes.
 */
export class LateCode<T> {
  private readonly what: string;
  private code: T | undefined;
  private load: (() => T) | undefined;
  private isHere: () => boolean = () => false;

  /** @param what it is, for whoever forgets to provide it */
  constructor(what: string) {
    this.what = what;
  }

  /**
   * @param load gives the code at once, or throws LateCodeMissing; asked again where it has thrown
   * @param isHere whether there is nothing left to load
   */
  provide(load: () => T, isHere: () => boolean): void {
    this.load = load;
    this.isHere = isHere;
  }

  /** `get` costs nothing. */
  get isThere(): boolean {
    return this.code !== undefined || this.isHere();
  }

  get(): T {
    this.code ??= must(this.load, `nobody has said where the ${this.what} come from`)();
    return this.code;
  }
}
