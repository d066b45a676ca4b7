import { kitParts } from '../../../kit/kit-source.ts';
import { RealmDoor } from './realm-door.ts';

/** The kit and its door as an expression: a function of a realm's settings as JSON. */
export const realmDoorSource: string = [
  "(function (settings) { 'use strict';",
  ...[...kitParts, RealmDoor].map(String),
  'return new RealmDoor(JSON.parse(settings)); })',
].join('\n');
