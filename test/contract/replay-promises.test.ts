// Replays what these of Node.js check: test-async-local-storage-{args,async-await,async-functions,promises,thenable}; and
// of test262: AsyncContext/context-propagation/{async-await,promise-then,continuation-propagation-thenable}.
import { promises } from './replay-promises.fixture.ts';
import { replay } from './replay-suite.ts';

replay(promises);
