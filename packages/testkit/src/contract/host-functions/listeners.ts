import { EventEmitter } from 'node:events';
import { type ContractContext, whoIsHere } from '../context.ts';
import type { ContractHostFunctions } from './host-function.ts';

/** Host functions with which one job listens, and another one fires. */
export function listenerFunctions(context: ContractContext): ContractHostFunctions {
  const emitter = new EventEmitter();
  const target = new EventTarget();
  const heard: Record<string, string> = {};
  let aborter = new AbortController();
  const hear = (how: string) => (): void => {
    heard[how] = whoIsHere(context);
  };
  return {
    listen: () => {
      aborter = new AbortController();
      emitter.on('event', hear('emitter'));
      emitter.on('event', context.wrap(hear('wrapped')));
      target.addEventListener('event', hear('target'));
      aborter.signal.addEventListener('abort', hear('abort'));
    },
    fire: () => {
      emitter.emit('event');
      emitter.removeAllListeners();
      target.dispatchEvent(new Event('event'));
      aborter.abort();
      return heard;
    },
    untilAborted: () =>
      new Promise((resolve) => {
        context.signal()?.addEventListener('abort', () => {
          hear('end of the job')();
          resolve('aborted');
        });
      }),
    heard: () => heard,
  };
}
