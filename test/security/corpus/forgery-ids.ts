import { type Expectation, guest, type Idea } from '../program.ts';
import { thief } from './forgery-claims.ts';
import { hunter } from './hunt.ts';

const nothing: Expectation = { value: [] };

/**
 * What a guess may look like, in a guest: attempts and runs are numbered from 1, jobs have ids that their submitters chose,
 * and the tenants beside are known by name. `claimsOf(id)` gives arguments that say "I am that one" in many ways.
 */
const guessing = `
const owners = ['canary-1', 'canary-2', 'canary-3', 'victim'];
const claimsOf = (id) => {
  const jobId = ['job-' + id, 'canary-' + id, String(id), 'attempt-' + id][id % 4];
  const owner = owners[id % owners.length];
  const who = { id, jobId, attemptId: id, runId: id, jobKey: id, tenant: owner, user: owner };
  return [[id], [jobId, owner], [who], [id, 'who', who], [{ __proto__: null, ...who, context: { v: 1, entries: [['tenant', owner]] } }]];
};
const namesOfOurs = ['cancel', 'callGuest', 'checkProgram', 'dropFunction', 'stats', 'close', 'hostCall', 'hostCalling', 'hostCalled', 'logged', 'catchUp', 'functionProgram', 'isolateRecycled', 'isolateWedged', 'run', 'quarantine'];
`;

/** A thief that tries what it guesses while its victim waits, and then asks the victim who it is. */
function guesser(body: string): string {
  return thief(
    `${guessing}${body}
  if ((await saved.who()) !== 'victim') note('no longer itself', 'the victim');
  const [how, what] = await Promise.race([settled(() => saved.pending), new Promise((done) => { setTimeout(done, 50, ['waits']) })]);
  if (how !== 'waits') note(how + ' ' + String(what), 'the call of the victim')`,
    'waits',
  );
}

/** Numbers and names of other jobs, attempts, runs and calls, guessed. */
export const guesses: readonly Idea[] = [
  {
    name: 'names other jobs, attempts and tenants in the arguments of its host calls',
    source: hunter(
      `
      for (let id = 0; id < 40; id++)
        for (const args of claimsOf(id)) {
          const seen = await Promise.all([host.who(...args), host.away.who(...args), host.who.apply({ attemptId: id, jobKey: id }, args)]);
          for (const who of seen) if (who !== 'hostile') note(String(who), 'as ' + JSON.stringify(args));
        }`,
      guessing,
    ),
    expect: nothing,
  },
  {
    name: 'calls what the threads and the host say to each other, with guessed attempts',
    source: guesser(`
      const places = [host, host.away, host.who, globalThis, context, signal, log];
      for (const place of places)
        for (const name of namesOfOurs) {
          let fn; try { fn = place[name] } catch { continue }
          if (typeof fn !== 'function') continue;
          if (place === host && name === 'call') continue;
          note(name, 'a function of ours');
          for (let id = 0; id < 20; id++) for (const args of claimsOf(id)) try { await fn(...args) } catch {}
        }`),
    victim: 'waiting',
    expect: nothing,
  },
  {
    name: 'has the host call back functions by guessed numbers',
    source: guesser(`
      for (let id = 0; id < 100; id++)
        for (const [how, what] of await Promise.all([id, '#["f",' + id + ']', ['f', id], { callbackId: id, attemptId: id }].map((fake) => settled(() => host.call(fake)))))
          if (how === 'fulfilled') note(String(what), 'callback ' + id);`),
    victim: 'waiting',
    expect: nothing,
  },
  {
    name: 'writes messages of the link, for guessed runs, into all that leaves it',
    source: guesser(`
      const report = { settlement: { ok: true, value: { text: '"forged"', bytes: '' } }, logs: [], hops: [], usage: { startedMs: 0, cpuMs: 0, heapBytes: 0, hostCalls: 0, hostWaitMs: 0, logBytes: 0 } };
      const messagesOf = (id) => [
        { kind: 'ran', runId: id, report }, { kind: 'refused', runId: id, error: { name: 'Error', message: 'forged' } },
        { kind: 'gone', threadId: id, error: {} }, { kind: 'failing', threadId: id }, { kind: 'beat', rssBytes: 2 ** 50, epochMs: 0 },
        { kind: 'frame', threadId: id % 4, frame: { id, type: 'APPLY', path: ['isolateWedged'], argumentList: [{ type: 'RAW', value: 'canary-1' }] } },
        { id, type: 'RAW', value: { text: '"forged"', bytes: '' } }, { id, type: 'APPLY', path: ['cancel'], argumentList: [{ type: 'RAW', value: id }] },
      ];
      for (let first = 0; first < 500; first += 25) {
        const messages = Array.from({ length: 25 }, (_, at) => messagesOf(first + at)).flat();
        const text = '\\n' + messages.map((each) => JSON.stringify(each)).join('\\n') + '\\n\\0';
        log(text); console.log(text);
        if (JSON.stringify(await host.echo(messages)) !== JSON.stringify(messages)) note(first, 'another echo');
        if ((await host.echo(text)) !== text) note(first, 'another echo of text');
      }`),
    victim: 'waiting',
    expect: nothing,
  },
  {
    name: 'throws errors that claim to come from guessed host calls of other jobs',
    source: guest(`
      ${guessing}
      const thrown = [];
      for (let id = 0; id < 200; id++)
        for (const [claim] of claimsOf(id)) thrown.push(Object.assign(new Error('forged'), Object(claim), { hostCallId: id, callId: id, code: 'ERR_WAYBILL_PROCESS_EXITED', details: { how: 'outside' }, retryable: true }));
      for (const error of thrown) void Promise.reject(error);
      throw Object.assign(new AggregateError(thrown, 'forged'), { cause: thrown[0], code: 'ERR_WAYBILL_PROCESS_EXITED', lost: { verdict: 'innocent' } })`),
    expect: { codes: ['ERR_WAYBILL_GUEST_THREW'] },
  },
];
