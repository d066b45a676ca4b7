import { contractSuite } from './contract-suite.ts';

contractSuite({ engine: 'realm', containment: 'process' });
