import { lookup } from 'node:dns';
import { once, EventEmitter } from 'node:events';
import { readFile } from 'node:fs';
import { readFile as readFileLater } from 'node:fs/promises';
import { finished, pipeline, Readable, Writable } from 'node:stream';
import { pipeline as pipelineLater } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ContractContext, whoIsHere } from '../context.ts';
import type { ContractHostFunctions } from './host-function.ts';

/** Starts something, and has `resume` called later. */
type Source = (resume: () => void) => unknown;

const file = import.meta.filename;
const rejected = (): Promise<never> => Promise.reject(new Error('expected'));
const sink = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** What a host function may wait for, by property and name. */
export const asyncSources: Readonly<Record<number, Readonly<Record<string, Source>>>> = {
  13: {
    await: async (resume) => {
      await nextTurn();
      resume();
    },
    'await in catch': async (resume) => {
      try {
        await rejected();
      } catch {
        await nextTurn();
        resume();
      }
    },
    'await in finally': async (resume) => {
      try {
        await nextTurn();
      } finally {
        await nextTurn();
        resume();
      }
    },
    'a reaction': (resume) => Promise.resolve().then(resume),
    'a reaction to a rejection': (resume) => rejected().catch(resume),
    'a reaction to either': (resume) => Promise.resolve().finally(resume),
    'Promise.all': async (resume) => {
      await Promise.all([nextTurn(), Promise.resolve()]);
      resume();
    },
    'Promise.any': async (resume) => {
      await Promise.any([rejected(), nextTurn()]);
      resume();
    },
  },
  14: {
    setTimeout: (resume) => setTimeout(resume, 1),
    setInterval: (resume) => {
      const timer = setInterval(() => {
        clearInterval(timer);
        resume();
      }, 1);
    },
    setImmediate: (resume) => setImmediate(resume),
    'process.nextTick': (resume) => process.nextTick(resume),
    queueMicrotask: (resume) => queueMicrotask(resume),
    'a timer of a timer': (resume) => setTimeout(() => setImmediate(resume), 1),
  },
  16: {
    pipeline: (resume) => pipeline(Readable.from(['a']), sink(), resume),
    'a pipeline that is awaited': async (resume) => {
      await pipelineLater(Readable.from(['a']), sink());
      resume();
    },
    finished: (resume) => finished(Readable.from([]).resume(), resume),
    data: (resume) => Readable.from(['a']).on('data', resume),
    'web stream pull': async (resume) => {
      await new ReadableStream({
        pull: (controller) => {
          resume();
          controller.close();
        },
      })
        .getReader()
        .read();
    },
    'web stream write': async (resume) => {
      await new WritableStream({ write: resume }).getWriter().write('a');
    },
    'web stream start': (resume) => new ReadableStream({ start: resume }),
    'the text of a response': async (resume) => {
      await new Response('text').text();
      resume();
    },
  },
  17: {
    'AbortSignal.timeout': (resume) => AbortSignal.timeout(1).addEventListener('abort', resume),
    abort: (resume) => {
      const controller = new AbortController();
      controller.signal.addEventListener('abort', resume);
      setImmediate(() => controller.abort());
    },
  },
  18: {
    'a thenable': async (resume) => {
      // oxlint-disable-next-line unicorn/no-thenable -- a thenable is what is waited for
      const thenable = { then: (done: (value: string) => void) => done('value') };
      await thenable;
      resume();
    },
    'the then of a thenable': async (resume) => {
      const then = (done: () => void): void => {
        resume();
        done();
      };
      // oxlint-disable-next-line unicorn/no-thenable -- a thenable is what is waited for
      await { then };
    },
  },
  20: {
    'a file, by callback': (resume) => readFile(file, resume),
    'a file, by promise': async (resume) => {
      await readFileLater(file);
      resume();
    },
    'a look-up of a name': (resume) => lookup('127.0.0.1', resume),
    'an event': async (resume) => {
      const emitter = new EventEmitter();
      setImmediate(() => emitter.emit('event'));
      await once(emitter, 'event');
      resume();
    },
  },
};

/** A host function that goes through all of the sources of one property, and gives whom each resumed as. */
export function asyncSourceFunctions(context: ContractContext): ContractHostFunctions {
  const resumedAs = (source: Source): Promise<string> =>
    new Promise((resolve) => {
      source(() => resolve(whoIsHere(context)));
    });
  return {
    resumedAs: async (property: number) => {
      const sources = Object.entries(asyncSources[property] ?? {});
      return Promise.all(
        sources.map(async ([name, source]) => [name, await resumedAs(source)] as const),
      );
    },
  };
}
