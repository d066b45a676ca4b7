import { capturePrimordials, makeParcelReader, makeParcelWriter } from '@waybill/protocol';
import { makeErrorMarks } from './describe-error.ts';
import { makeGuestSurface } from './guest-surface.ts';
import { hardenRealm } from './harden-realm.ts';
import { makeHostCalls } from './host-object.ts';
import { makeKit } from './kit.ts';
import { makeModuleLinker } from './module-linker.ts';
import { makeParcelHooks } from './parcel-hooks.ts';
import { resolveSpecifier } from './resolve-specifier.ts';
import { installTimers } from './timers.ts';

// Each of these names nothing but globals of the language and its siblings here, so that their texts, put side
// by side in one strict closure, are the kit. They are written, typed, linted and tested as ordinary code.
const parts = [
  capturePrimordials,
  makeParcelWriter,
  makeParcelReader,
  makeParcelHooks,
  hardenRealm,
  makeErrorMarks,
  makeHostCalls,
  makeGuestSurface,
  installTimers,
  resolveSpecifier,
  makeModuleLinker,
  makeKit,
];

/** The name kit frames have in guest stacks; `describe-error.ts` leaves them out. */
export const kitFilename = 'waybill:kit';

/** The kit as the body of a closure over `$0`, the callback to the host, and `$1`, its settings as JSON. */
export const kitSource: string = [
  "'use strict';",
  ...parts.map(String),
  'return makeKit($0, $1);',
].join('\n');
