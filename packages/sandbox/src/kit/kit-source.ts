import { bareText } from './bare-text.ts';
import { ErrorDesk } from './error-desk.ts';
import { GuestCallbacks } from './guest-callbacks.ts';
import { makeContext } from './guest-context.ts';
import { makeEnvironment } from './guest-environment.ts';
import { GuestLog } from './guest-log.ts';
import { GuestSignal } from './guest-signal.ts';
import { hardenRealm } from './harden-realm.ts';
import { HostCalls } from './host-calls.ts';
import { HostObjects } from './host-object.ts';
import { Kit } from './kit.ts';
import { KitJob } from './kit-job.ts';
import { KitProgram } from './kit-program.ts';
import { subscribe } from './kit-tools.ts';
import { ModuleLinker } from './module-linker.ts';
import { ModuleNamespaces } from './module-namespace.ts';
import { resolveSpecifier } from './resolve-specifier.ts';
import { sharedParts } from './shared-parts.ts';
import { KitTimers } from './timers.ts';

/**
 * The parts of the kit. Each names nothing but globals of the language and its siblings here, so that their texts, put
 * side by side in one strict closure, are the kit. They are written, typed, linted and tested as ordinary code.
 */
export const kitParts: readonly object[] = [
  ...sharedParts,
  hardenRealm,
  ErrorDesk,
  subscribe,
  HostCalls,
  HostObjects,
  makeContext,
  makeEnvironment,
  GuestSignal,
  GuestLog,
  GuestCallbacks,
  KitTimers,
  resolveSpecifier,
  ModuleNamespaces,
  ModuleLinker,
  KitProgram,
  KitJob,
  Kit,
];

/** The name kit frames have in guest stacks; `error-desk.ts` leaves them out. */
export const kitFilename = 'waybill-kit';

/** The kit as a function of the callback to the host and of its settings as JSON; it gives what the host enters through. */
export const kitSource: string = [
  "(function (send, settings) { 'use strict';",
  ...kitParts.map(String).map(bareText),
  'return new Kit(send, JSON.parse(settings)).enter; })',
].join('\n');
