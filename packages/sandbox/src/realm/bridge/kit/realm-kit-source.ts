import { ErrorDesk } from '../../../kit/error-desk.ts';
import { subscribe } from '../../../kit/kit-tools.ts';
import { sharedParts } from '../../../kit/shared-parts.ts';
import { EnginePromises } from './engine-promises.ts';
import { PromiseReactions } from './promise-reactions.ts';
import { RealmKit } from './realm-kit.ts';

// As in `kit/kit-source.ts`: each names nothing but globals of the language and its siblings here.
const parts = [...sharedParts, ErrorDesk, subscribe, PromiseReactions, EnginePromises, RealmKit];

/** The kit of a bridged realm as the body of a function of the functions in a `RealmHost` and its settings as JSON. */
export const realmKitSource: string = [
  "'use strict';",
  ...parts.map(String),
  'return new RealmKit({ __proto__: null, isProxy, onMail, onEngine }, JSON.parse(settings));',
].join('\n');

/** The parameters of that function, in order. */
export const realmKitParameters: readonly string[] = ['isProxy', 'onMail', 'onEngine', 'settings'];
