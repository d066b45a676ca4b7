// Replays what these of Node.js check: test-async-local-storage-{bind,snapshot,contexts}, test-asyncresource-bind,
// test-embedder.api.async-resource.runInAsyncScope, test-async-hooks-run-in-async-scope-{this-arg,caught-exception}; of the
// proposal: tests/async-context.test.ts; of test262: AsyncContext/{Variable,Snapshot} and context-propagation/cross-realm.
import { bound } from './replay-bound.fixture.ts';
import { snapshots } from './replay-snapshots.fixture.ts';
import { replay } from './replay-suite.ts';
import { variables } from './replay-variables.fixture.ts';

replay([...bound, ...variables, ...snapshots]);
