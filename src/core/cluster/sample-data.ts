import type { Micros } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import type { TimedAction } from './action.ts';

/** Most elections of the classroom profile are over by then; a client that comes earlier tries again until there is a leader. */
const SAMPLE_AT_US: Micros = 300_000;
const SAMPLE_TIMEOUT_US: Micros = 4_500_000;

const PAIRS: readonly (readonly [string, string])[] = [
  ['user:1', 'grace'],
  ['user:2', 'edsger'],
  ['user:3', 'barbara'],
  ['cart:1', 'pencil'],
  ['cart:2', 'paper'],
  ['city:1', 'Turing'],
];

/**
 * A little data to begin with: ordinary writes through the client, and part of the run's action log like any other. Their time is fixed, so
 * that the same seed gives the same opening everywhere.
 */
export const SAMPLE_ACTIONS: readonly TimedAction[] = PAIRS.map(([key, value]) => ({
  timeUs: SAMPLE_AT_US,
  action: {
    type: 'Operate',
    client: 'client',
    operation: { type: 'Put', key: encodeUtf8(key), value: encodeUtf8(value) },
    options: { timeoutUs: SAMPLE_TIMEOUT_US, via: undefined },
  },
}));
