import { readFile } from 'node:fs/promises';
import type { ErrorCode, JobSpec } from '@waybill/orchestrator';

/** A tenant and its pricing rules. */
export interface Tenant {
  readonly name: string;
  readonly business: string;
  readonly rule: string;
  /** Whether its rules are deployed once as a function, or sent with each job. */
  readonly deployed: boolean;
}

/** Whose orders are in the order file. */
export const tenants: readonly Tenant[] = [
  {
    name: 'harbour',
    business: 'coffee, wholesale: discount by volume, VAT by country',
    rule: 'rules/harbour.js',
    deployed: false,
  },
  {
    name: 'lumen',
    business: 'lamps, retail: loyalty, sales tax by state',
    rule: 'rules/lumen.js',
    deployed: false,
  },
  {
    name: 'sakura',
    business: 'stationery: eleven for ten, freight, consumption tax cut to whole yen',
    rule: 'rules/sakura.js',
    deployed: true,
  },
];

/** A rule that some tenant has not got right yet. */
export interface Draft {
  readonly batch: string;
  readonly does: string;
  readonly rule: string;
  readonly limits: NonNullable<JobSpec['limits']>;
  /** What its submitter must get. */
  readonly expectedCode: ErrorCode;
}

/** The three ways in which a guest most often goes wrong. */
export const drafts: readonly Draft[] = [
  {
    batch: 'harbour-draft',
    does: 'throws',
    rule: 'rules/drafts/throws.js',
    limits: {},
    expectedCode: 'ERR_WAYBILL_GUEST_THREW',
  },
  {
    batch: 'lumen-draft',
    does: 'loops for ever',
    rule: 'rules/drafts/loops.js',
    limits: { cpuMs: 200 },
    expectedCode: 'ERR_WAYBILL_GUEST_CPU_LIMIT',
  },
  {
    batch: 'sakura-draft',
    does: 'never settles',
    rule: 'rules/drafts/never-settles.js',
    limits: { wallMs: 300 },
    expectedCode: 'ERR_WAYBILL_GUEST_NEVER_SETTLES',
  },
];

/** Reads the guest program of a rule: the rule under its own name, so that stacks show it, and the one module it may import. */
export async function readProgram(
  rule: string,
): Promise<{ source: string; modules: Record<string, string> }> {
  const money = 'rules/money.js';
  const [ruleSource, moneySource] = await Promise.all([readSource(rule), readSource(money)]);
  return {
    source: `export { default } from '${rule}';`,
    modules: { [rule]: ruleSource, [money]: moneySource },
  };
}

function readSource(path: string): Promise<string> {
  return readFile(new URL(`../${path}`, import.meta.url), 'utf8');
}
