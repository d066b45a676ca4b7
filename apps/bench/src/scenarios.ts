import type { Scenario } from './scenario.ts';
import { carriage } from './scenarios/carriage.ts';
import { coldTenant } from './scenarios/cold-tenant.ts';
import { containment } from './scenarios/containment.ts';
import { cpuBound } from './scenarios/cpu-bound.ts';
import { durable, durablePostgres } from './scenarios/durable.ts';
import { engines } from './scenarios/engines.ts';
import { freshRealm } from './scenarios/fresh-realm.ts';
import { hostCallHere } from './scenarios/host-call-here.ts';
import { hostCallWorker } from './scenarios/host-call-worker.ts';
import { hostileNeighbour } from './scenarios/hostile-neighbour.ts';
import { http } from './scenarios/http.ts';
import { interleavedHostCalls } from './scenarios/interleaved-host-calls.ts';
import { manyTenants } from './scenarios/many-tenants.ts';
import { noisyNeighbour } from './scenarios/noisy-neighbour.ts';
import { payload } from './scenarios/payload.ts';
import { scaling } from './scenarios/scaling.ts';
import { soak, soakFresh, soakHostile, soakRealm } from './scenarios/soak.ts';
import { warmCall } from './scenarios/warm-call.ts';

/** All there are, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  warmCall,
  freshRealm,
  coldTenant,
  hostCallWorker,
  hostCallHere,
  interleavedHostCalls,
  carriage,
  payload,
  cpuBound,
  noisyNeighbour,
  hostileNeighbour,
  containment,
  engines,
  durable,
  durablePostgres,
  http,
  scaling,
  manyTenants,
  soak,
  soakFresh,
  soakHostile,
  soakRealm,
];
