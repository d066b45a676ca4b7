// The service with all that it does for a request: authentication, validation, logs, metrics. Its data folder is the argument.
import { loadConfig, startService } from '@waybill/api';
import { serve } from './serve.ts';

const [, , dataFolder] = process.argv;

const config = await loadConfig({
  environment: {},
  overrides: {
    dataFolder,
    'listen.host': '127.0.0.1',
    'listen.port': 0,
    'log.level': 'warn',
    'rateLimit.perMinute.default': 10_000_000,
  },
});
serve(await startService(config));
