import type { FunctionSpec, SourceType, StoredFunction } from '@waybill/protocol';
import { Fields, isRecord } from '../fields.ts';

const sourceTypes: readonly SourceType[] = ['module', 'expression'];

/** A version of a deployed function as lists show it: without its spec. */
export type ListedFunction = Omit<StoredFunction, 'spec'>;

/** Reads a version of a deployed function. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readFunction(body: unknown): StoredFunction {
  const fields = new Fields(body, 'function');
  const { name, tenant, ...facts } = readListedFunction(body, 'function');
  const record = (field: string): object => {
    const value = fields.raw(field);
    return isRecord(value) ? value : {};
  };
  const spec: FunctionSpec = {
    name,
    tenant,
    source: fields.text('source'),
    sourceType: fields.word('sourceType', sourceTypes),
    modules: { ...record('modules') },
    limits: { ...record('limits') },
    rerunnable: fields.flag('rerunnable'),
  };
  return { name, tenant, ...facts, spec };
}

/** Reads an item of a list of deployed functions. @throws `ERR_WAYBILL_BAD_ANSWER` */
export function readListedFunction(item: unknown, path: string): ListedFunction {
  const fields = new Fields(item, path);
  return {
    tenant: fields.text('tenant'),
    name: fields.text('name'),
    version: fields.number('version'),
    hash: fields.text('hash'),
    deployedAtMs: fields.timeMs('deployedAt'),
  };
}
