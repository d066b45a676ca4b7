/** A process that only runs jobs, as `waybill worker` does. */
import { parseArgs } from 'node:util';
import { loadConfig, startExecutorOnly } from '@waybill/api';

const { values } = parseArgs({ options: { config: { type: 'string', default: '' } } });
const { config } = loadConfig({ file: values.config, env: process.env });
await startExecutorOnly(config);
console.log('executor: ready');
