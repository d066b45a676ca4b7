import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { whoIsHere, within } from '../context.ts';
import { assertPromised, engineDifferences } from '../engine-differences.ts';
import { eachSeesItself, guest, prepare, runAs, valueAs, valueOf } from '../jobs.ts';
import type { ContractLane } from '../lane.ts';
import type { ContractSentence } from '../sentence.ts';

async function errorCrosses(lane: ContractLane): Promise<void> {
  const { context } = lane;
  const program = await prepare(lane, `await contract.failLater('no such user')`);
  const seen: string[] = [];
  const caught = await within(context, 'ann', () =>
    program
      .run()
      .then((outcome) => {
        seen.push(whoIsHere(context));
        return valueOf(outcome);
      })
      .finally(() => seen.push(whoIsHere(context)))
      .catch((error: unknown) => {
        seen.push(whoIsHere(context));
        return error;
      }),
  );
  deepEqual(seen, ['ann', 'ann', 'ann']);
  const { code, blame, cause, stackOf, details } = caught as Error & Record<string, unknown>;
  deepEqual([code, blame], ['ERR_WAYBILL_HOST_FUNCTION_THREW', 'host']);
  deepEqual(details, { name: 'RangeError', message: 'no such user', code: 'E_OWN' });
  const inner = cause as Error;
  deepEqual([inner.message, (inner.cause as Error).name], ['no such user', 'TypeError']);
  const { host, submitter } = stackOf as Record<string, string>;
  match(String(host), /failLater/);
  match(String(submitter), /sentences.errors\.ts/);
}

async function guestError(lane: ContractLane): Promise<void> {
  const source = `
    const inner = () => { throw new RangeError('too far', { cause: new TypeError('no number') }) };
    export default async () => { await null; inner() }`;
  const program = await lane.prepare({ source });
  const outcome = await runAs(lane, 'ann', { program });
  ok(!outcome.ok);
  const { code, blame, message, cause, stackOf } = outcome.error;
  deepEqual(
    [code, blame, message],
    ['ERR_WAYBILL_GUEST_THREW', 'guest', 'the guest threw RangeError: too far'],
  );
  equal((cause as Error).message, 'no number');
  const frames = /inner.*waybill:main:2/.test(String(stackOf.guest)) ? 'frames' : 'no frames';
  assertPromised(lane, 'frames', frames);
}

async function noHostStacks(lane: ContractLane): Promise<void> {
  const said = await valueAs(
    lane,
    'ann',
    `const said = [];
     for (const fail of [contract.failNow, contract.failLater, across.failLater]) {
       await fail('x').catch((error) => said.push(error.stack, String(error.cause), Object.getOwnPropertyNames(error).join()));
     }
     return said.join()`,
  );
  equal(/node:|file:|[/\\]|\.ts/.test(String(said)), false, String(said));
}

const attributes = guest(`return [await contract.leaveRejection(), await contract.leaveError()]`);

async function strayErrors(lane: ContractLane): Promise<void> {
  const program = await lane.prepare({ source: attributes });
  for (const label of ['ann', 'bob']) {
    deepEqual(valueOf(await runAs(lane, label, { program })), [label, label]);
  }
}

/** Properties 22 to 24. */
export const errors: readonly ContractSentence[] = [
  {
    property: 22,
    sentence:
      'a host function that throws at once, or rejects, costs the next calls nothing of their context',
    run: (lane) =>
      eachSeesItself(
        lane,
        5,
        `const seen = [];
         for (const fail of [contract.failNow, contract.failLater, across.failNow, across.failLater]) {
           try { await fail('x') } catch { seen.push(await contract.who()) }
         }
         await Promise.allSettled([contract.failNow('a'), contract.failLater('b')]);
         return [...seen, await contract.who()]`,
      ),
  },
  {
    property: 22,
    sentence: 'a failure in a guest callback reaches the host function, and the context stays',
    run: (lane) =>
      eachSeesItself(
        lane,
        2,
        `const failed = await contract.callBack(async () => { throw new Error('own') }).catch((error) => error.message);
         return failed.endsWith('own') ? [await contract.who(), await across.who()] : [failed]`,
      ),
  },
  {
    property: 23,
    sentence:
      'an unhandled rejection and an uncaught error of a host function are heard in the context of its job',
    run: strayErrors,
  },
  {
    property: 24,
    sentence:
      'a failure that crosses both borders leaves its submitter in context, with code, causes and both stacks',
    run: errorCrosses,
  },
  {
    property: 24,
    sentence: `what a guest threw keeps name, message and cause; ${engineDifferences.frames.what}: as the engine promises`,
    run: guestError,
  },
  { property: 24, sentence: 'a guest never sees a stack of the host', run: noHostStacks },
];
