import { LATE_ENGINE } from '../../sim/late-engine.ts';
import { scope } from './engine-scope.ts';

// The second script of the engine (engine-scripts.ts): its whole work is to be there.
scope.ringsideLate = LATE_ENGINE;
