import type { StoreName } from '../core/base/disk.ts';
import type { CrashFault, CrashPoint } from '../core/cluster/disk-fault.ts';

/**
 * A fault that somebody ordered, at the moment when it strikes. Whatever it strikes is over for this boot: after a write that did not happen
 * nothing later may be acknowledged, and none is tried again; the next boot goes on from what the disk really holds.
 */
export class InjectedFault extends Error {
  readonly fault: CrashFault;

  private constructor(name: string, fault: CrashFault, message: string) {
    super(message);
    this.name = name;
    this.fault = fault;
  }

  /** @param store the first that the write was to change */
  static full(store: StoreName | undefined): InjectedFault {
    return new InjectedFault(
      'QuotaExceededError',
      'disk full',
      `the disk is full, a write to store ${store} was refused`,
    );
  }

  static failed(store: StoreName | undefined): InjectedFault {
    return new InjectedFault('UnknownError', 'write failed', `a write to store ${store} was aborted`);
  }

  static at(point: CrashPoint): InjectedFault {
    return new InjectedFault('CrashPoint', point, `ended ${point}`);
  }
}
