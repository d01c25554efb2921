import { expose } from 'comlink';
import { CheckService } from '../conductor/check-service.ts';

expose(new CheckService());
