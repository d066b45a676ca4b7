import { constants, createContext, runInContext } from 'node:vm';
import { openRealmBridge } from '@waybill/sandbox/realm';

const context = createContext(constants.DONT_CONTEXTIFY, { microtaskMode: 'afterEvaluate' });
using bridge = openRealmBridge(context);

const inner: unknown = runInContext('Promise.resolve("of the realm")', context);
console.log('awaited outside:', await bridge.toHost(inner));

context['user'] = bridge.toGuest(Promise.resolve({ name: 'Ada' }));
const greeting: unknown = runInContext('user.then(({ name }) => `hello ${name}`)', context);
console.log('awaited inside:', await bridge.toHost(greeting));
