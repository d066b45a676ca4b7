import { type ContractContext, whoIsHere } from '../context.ts';
import { deferred, type Deferred } from '../../deferred.ts';
import type { ContractHostFunctions } from './host-function.ts';

interface Gate {
  readonly opened: Deferred<void>;
  waitingCount: number;
  readonly arrivals: Map<number, Deferred<void>>;
}

/** Host functions with which jobs wait for each other, and the test for them. */
export function gateFunctions(context: ContractContext): ContractHostFunctions {
  const gates = new Map<string, Gate>();
  const gateOf = (name: string): Gate => {
    const gate = gates.get(name) ?? { opened: deferred(), waitingCount: 0, arrivals: new Map() };
    gates.set(name, gate);
    return gate;
  };
  const arrival = (gate: Gate, count: number): Deferred<void> => {
    const found = gate.arrivals.get(count) ?? deferred();
    gate.arrivals.set(count, found);
    if (gate.waitingCount >= count) found.resolve();
    return found;
  };
  const arrive = (gate: Gate): void => {
    gate.waitingCount += 1;
    for (const [count, found] of gate.arrivals) {
      if (gate.waitingCount >= count) found.resolve();
    }
  };
  return {
    // Says whose context it is before and after the wait.
    'gate.wait': async (name: string) => {
      const gate = gateOf(name);
      const before = whoIsHere(context);
      arrive(gate);
      await gate.opened.promise;
      return [before, whoIsHere(context)];
    },
    'gate.open': (name: string) => gateOf(name).opened.resolve(),
    // Resolves when so many have come to the gate.
    'gate.arrived': async (name: string, count = 1) => arrival(gateOf(name), count).promise,
    // Comes to the gate without waiting there.
    'gate.pass': (name: string) => arrive(gateOf(name)),
    // Waits until so many wait here at once.
    'gate.meet': async (name: string, count: number) => {
      const gate = gateOf(name);
      const before = whoIsHere(context);
      arrive(gate);
      await arrival(gate, count).promise;
      return [before, whoIsHere(context)];
    },
  };
}
