import { AsyncLocalStorage } from 'node:async_hooks';
import { ContextSnapshot } from '@waybill/context';
import { waybillEventNames } from '@waybill/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { EventHub } from './event-hub.ts';

const event = { processId: 2, threadId: 1 };

test('a listener hears an event in the context of the event, not in its own', () => {
  const request = new AsyncLocalStorage<string>();
  const hub = new EventHub();
  const seen: unknown[] = [];
  request.run('listener', () =>
    hub.on('worker:started', (heard) => void seen.push(heard, request.getStore())),
  );
  const context = request.run('job', () => ContextSnapshot.capture());
  request.run('emitter', () => hub.emit(context, 'worker:started', event));
  expect(seen).toEqual([event, 'job']);
});

test('a listener that was taken back hears nothing more', () => {
  const hub = new EventHub();
  const heard: unknown[] = [];
  const listener = (): void => void heard.push('heard');
  const stop = hub.on('worker:started', listener);
  hub.on('worker:started', listener);
  stop();
  stop();
  hub.emit(ContextSnapshot.root, 'worker:started', event);
  expect(heard).toEqual(['heard']);
  expect(hub.hears('worker:started')).toBe(true);
  hub.clear();
  expect(hub.hears('worker:started')).toBe(false);
});

test('a listener that throws keeps nobody from hearing, and its error is an uncaught exception', async () => {
  const uncaught = Promise.withResolvers<unknown>();
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', uncaught.resolve);
  onTestFinished(() => {
    for (const other of others) process.on('uncaughtException', other);
  });
  const hub = new EventHub();
  const heard: string[] = [];
  hub.on('worker:started', () => {
    throw new Error('a broken listener');
  });
  hub.on('worker:started', () => void heard.push('the other'));
  hub.emit(ContextSnapshot.root, 'worker:started', event);
  expect(heard).toEqual(['the other']);
  expect(await uncaught.promise).toMatchObject({ message: 'a broken listener' });
});

test.each<[unknown, unknown, string]>([
  [
    'job:setled',
    () => {},
    'event: expected a known event (did you mean "job:settled"?), got "job:setled"',
  ],
  [
    undefined,
    () => {},
    `event: expected a known event (${waybillEventNames.join(', ')}), got undefined`,
  ],
  [
    'constructor',
    () => {},
    `event: expected a known event (${waybillEventNames.join(', ')}), got "constructor"`,
  ],
  [
    Symbol('job:settled'),
    () => {},
    `event: expected a known event (${waybillEventNames.join(', ')}), got a symbol`,
  ],
  ['job:settled', 'log', 'listener: expected a function, got "log"'],
  ['job:settled', undefined, 'listener: expected a function, got undefined'],
])('listening to %j with %j is refused at once', (name, listener, message) => {
  const listen = (): unknown => new EventHub().on(name as 'job:settled', listener as () => void);
  expect(listen).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_OPTIONS', message }));
});
