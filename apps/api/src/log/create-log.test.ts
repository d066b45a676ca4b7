import { expect, test } from 'vitest';
import { ContextSnapshot, JobContext } from '@waybill/context';
import { startTrace, traceContext } from '@waybill/context/w3c';
import { makeError } from '@waybill/protocol';
import { attemptId, requestId, tenantName } from '../context/variables.ts';
import { createSecretVault } from '../host/secret-vault.ts';
import { createLog } from './create-log.ts';

function logTo(lines: Record<string, unknown>[]) {
  const vault = createSecretVault({}, {});
  vault.hide('password', 'hunter2-hunter2');
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return createLog({ level: 'info', vault, stream });
}

test('a line says whose it is by the context that it is written in', () => {
  const lines: Record<string, unknown>[] = [];
  const log = logTo(lines);
  const trace = startTrace();
  const write = () => log.info('hello');
  traceContext.run(trace, () =>
    requestId.run('r1', () =>
      tenantName.run('acme', () => attemptId.run({ job: 'j1', attempt: 2 }, write)),
    ),
  );
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'info',
      message: 'hello',
      request: 'r1',
      tenant: 'acme',
      job: 'j1',
      attempt: 2,
      trace: trace.traceId,
      span: trace.spanId,
    }),
  ]);
});

test('a line that a host function writes says which job called it', () => {
  const lines: Record<string, unknown>[] = [];
  const log = logTo(lines);
  using job = new JobContext({ jobId: 'j2', snapshot: ContextSnapshot.root });
  job.bind(() => log.info('from a host function'))();
  expect(lines[0]).toMatchObject({ job: 'j2' });
});

test('outside of everything a line says nothing of the kind', () => {
  const lines: Record<string, unknown>[] = [];
  const log = logTo(lines);
  ContextSnapshot.root.run(() => log.warn('hello'));
  expect(Object.keys(lines[0] ?? {})).toEqual(['level', 'time', 'service', 'message']);
});

test('no secret is written: by its value, or by the name of its field', () => {
  const lines: Record<string, unknown>[] = [];
  const log = logTo(lines);
  log.error({ err: new Error('cannot log in with hunter2-hunter2') }, 'hunter2-hunter2');
  log.info({ headers: { authorization: 'Bearer x' }, token: 'wb_x' });
  expect(JSON.stringify(lines)).not.toMatch(/hunter2|Bearer x|wb_x/);
});

test('an error is written with its code, its details, its stack and its cause', () => {
  const lines: Record<string, unknown>[] = [];
  const cause = new Error('refused');
  const err = makeError('ERR_WAYBILL_DATABASE_UNAVAILABLE', 'away', {
    cause,
    details: { host: 'db' },
  });
  logTo(lines).error({ err }, 'failed');
  expect(lines[0]?.['err']).toMatchObject({
    code: 'ERR_WAYBILL_DATABASE_UNAVAILABLE',
    blame: 'host',
    details: { host: 'db' },
    stack: expect.stringContaining('create-log.test.ts'),
    cause: { message: 'refused' },
  });
});
