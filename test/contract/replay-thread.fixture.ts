import { bound } from './replay-bound.fixture.ts';
import { callbacks } from './replay-callbacks.fixture.ts';
import { carried } from './replay-carried.fixture.ts';
import { entered } from './replay-entered.fixture.ts';
import { garbage, lifetimes } from './replay-garbage.fixture.ts';
import { generators } from './replay-generators.fixture.ts';
import { promises } from './replay-promises.fixture.ts';
import { snapshots } from './replay-snapshots.fixture.ts';
import { carriedHere, hostFunctionsOf } from './replay-steps.fixture.ts';
import { stores } from './replay-stores.fixture.ts';
import { strays } from './replay-strays.fixture.ts';
import { streams } from './replay-streams.fixture.ts';
import { variables } from './replay-variables.fixture.ts';

const programs = [
  [promises, generators, stores, entered, callbacks, streams, bound, variables, snapshots],
  [carried, garbage, lifetimes, strays],
].flat(2);

// What is set while this module is evaluated.
const start = carriedHere();

// Names with a namespace cannot be names of exports.
// oxlint-disable-next-line import/no-default-export -- it is what a module of host functions offers
export default { ...hostFunctionsOf('there', programs), 'there.start': () => start };
