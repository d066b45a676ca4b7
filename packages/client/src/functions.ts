import type { FunctionSpec, Outcome, Page, StoredFunction } from '@waybill/protocol';
import { submitTo, type SubmittedJob } from './jobs.ts';
import type { CallOptions } from './options.ts';
import { remove } from './remove.ts';
import type { RunSpec, SubmitSpec } from './requests.ts';
import { readFunction, readListedFunction, type ListedFunction } from './resources/function.ts';
import { itemsOf, readPage, type ListOptions } from './resources/page.ts';
import { runAt } from './run.ts';
import type { Transport } from './transport.ts';

type OfProgram = 'source' | 'sourceType' | 'modules' | 'function';

/** Deployed functions. */
export interface FunctionsClient {
  /** Deploys a function; the same spec again is the same version. @throws what is wrong with its source */
  put(
    name: string,
    spec: Omit<FunctionSpec, 'name' | 'tenant'>,
    options?: CallOptions,
  ): Promise<{ readonly function: StoredFunction; readonly isNew: boolean }>;
  /** Gives a version, or the one deployed last. @throws `ERR_WAYBILL_FUNCTION_NOT_FOUND` */
  get(name: string, options?: CallOptions & { readonly version?: number }): Promise<StoredFunction>;
  /** Gives all functions, page by page as they are read. */
  list(list?: ListOptions, options?: CallOptions): AsyncIterable<ListedFunction>;
  page(list?: ListOptions, options?: CallOptions): Promise<Page<ListedFunction>>;
  /** Takes every version out of service. @returns whether there was one */
  remove(name: string, options?: CallOptions): Promise<boolean>;
  /** Runs it now; as `run()` of the client does. */
  run(name: string, spec?: Omit<RunSpec, OfProgram>, options?: CallOptions): Promise<Outcome>;
  /** Submits a durable job of it; as `submit()` of the client's jobs does. */
  submit(
    name: string,
    spec?: Omit<SubmitSpec, OfProgram>,
    options?: CallOptions,
  ): Promise<SubmittedJob>;
}

/** Makes the part of a client that is about deployed functions. */
export function makeFunctionsClient(transport: Transport): FunctionsClient {
  const root = ['v1', 'functions'] as const;
  const page: FunctionsClient['page'] = async (list = {}, options = {}) => {
    const { body } = await transport.request(
      { method: 'GET', path: root, query: { ...list } },
      options,
    );
    return readPage(body, readListedFunction);
  };
  return {
    page,
    put: async (name, spec, options) => {
      const path = [...root, name];
      const { status, body } = await transport.request(
        { method: 'PUT', path, body: spec },
        options,
      );
      return { function: readFunction(body), isNew: status === 201 };
    },
    get: async (name, { version, ...options } = {}) => {
      const call = { method: 'GET', path: [...root, name], query: { version } } as const;
      return readFunction((await transport.request(call, options)).body);
    },
    list: (list = {}, options = {}) =>
      itemsOf(list.cursor, (cursor) => page({ ...list, cursor }, options)),
    remove: (name, options) =>
      remove(transport, [...root, name], { missing: 'ERR_WAYBILL_FUNCTION_NOT_FOUND', options }),
    run: (name, spec = {}, options) => runAt(transport, [...root, name, 'run'], { spec, options }),
    submit: (name, spec = {}, options) =>
      submitTo(transport, [...root, name, 'jobs'], { spec, options }),
  };
}
