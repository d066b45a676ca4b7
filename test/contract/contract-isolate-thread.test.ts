import { contractSuite } from './contract-suite.ts';

contractSuite({ engine: 'isolate', containment: 'thread' });
