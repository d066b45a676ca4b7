/** A process that only runs jobs, as `waybill worker` does. */
import { parseArgs } from 'node:util';
import { loadConfig, startExecutorOnly } from '@waybill/api';

const { values } = parseArgs({ options: { config: { type: 'string', default: '' } } });
await startExecutorOnly(await loadConfig({ file: values.config }));
console.log('executor: ready');
