import { ContextVariable } from '@waybill/context';
import { type JobSpec, readParcel } from '@waybill/protocol';
import { expect, test } from 'vitest';
import { type RunRequest, capture } from './capture.ts';
import { openOffice } from './office.fixture.ts';

const source = 'export default () => 1';
const request: RunRequest = { site: {} };
const shown = new ContextVariable<string>({
  name: 'capture.shown',
  carry: { to: ['worker', 'guest'] },
});
const kept = new ContextVariable<string>({ name: 'capture.kept', carry: { to: ['worker'] } });

test.each([undefined, null, 7, 'source', [], () => {}, {}, { source: 1 }])(
  'the spec %s is refused as no job',
  async (spec) => {
    await using opened = openOffice(1);
    expect(() => capture(opened.office, spec as unknown as JobSpec, request)).toThrow(
      expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_JOB', blame: 'caller' }),
    );
  },
);

test('what the submitter changes later does not reach the job', async () => {
  await using opened = openOffice(1);
  const input = { list: [1] };
  const captured = capture(opened.office, { source, input }, request);
  input.list.push(2);
  expect(readParcel(captured.input)).toEqual({ list: [1] });
});

test('the context is taken apart by border', async () => {
  await using opened = openOffice(1);
  const captured = shown.run('a', () =>
    kept.run('b', () => capture(opened.office, { source }, request)),
  );
  expect(new Map(captured.context.entries)).toEqual(
    new Map([
      ['capture.kept', '"b"'],
      ['capture.shown', '"a"'],
    ]),
  );
  expect(captured.guestContext).toEqual([['capture.shown', '"a"']]);
  expect(captured.snapshot.run(() => kept.get())).toBe('b');
});

test('the deadline counts from the submit, and limits are laid over those of the office', async () => {
  await using opened = openOffice(1, { limits: { wallMs: 70, cpuMs: 60 } });
  const captured = capture(opened.office, { source, limits: { cpuMs: 50 } }, request);
  expect(captured.job.limits).toMatchObject({ wallMs: 70, cpuMs: 50 });
  expect(captured.deadlineMs).toBe(captured.submittedMs + 70);
});

test.each([
  ['ERR_WAYBILL_NOT_CARRIABLE', { input: { f: () => {} } }],
  ['ERR_WAYBILL_PAYLOAD_TOO_LARGE', { input: 'x'.repeat(2_000) }],
  ['ERR_WAYBILL_FUNCTION_NOT_FOUND', { source: undefined, function: 'f' }],
])('a job is refused with %s before anything was started', async (code, spec) => {
  await using opened = openOffice(1, { limits: { inputBytes: 1_024 } });
  expect(() => capture(opened.office, { source, ...spec }, request)).toThrow(
    expect.objectContaining({ code }),
  );
  expect(opened.office.tickets.size).toBe(0);
});

test('a job of a function runs under its limits and cannot have another heap', async () => {
  await using opened = openOffice(1);
  const program = { source, sourceType: 'module', modules: [] } as const;
  const limits = { cpuMs: 7 };
  const deployed = { name: 'f', tenant: 'acme', program, limits, rerunnable: true };
  const { key } = opened.office.functions.add(deployed);
  const spec = { tenant: 'acme', function: 'f' };
  const captured = capture(opened.office, spec, request);
  expect(captured).toMatchObject({
    target: { kind: 'function', functionKey: key },
    job: { functionName: 'f', limits: { cpuMs: 7 } },
  });
  expect(() =>
    capture(opened.office, { ...spec, limits: { memoryBytes: 2 ** 24 } }, request),
  ).toThrow(expect.objectContaining({ code: 'ERR_WAYBILL_INVALID_JOB' }));
});

test('whether a job may run twice is said by the job, or else by its function', async () => {
  await using opened = openOffice(1);
  const program = { source, sourceType: 'module', modules: [] } as const;
  const { functions } = opened.office;
  functions.add({ name: 'f', tenant: 'acme', program, limits: {}, rerunnable: true });
  const rerunnable = (spec: JobSpec): boolean =>
    capture(opened.office, spec, request).job.rerunnable;
  expect(rerunnable({ source })).toBe(false);
  expect(rerunnable({ source, rerunnable: true })).toBe(true);
  expect(rerunnable({ tenant: 'acme', function: 'f' })).toBe(true);
  expect(rerunnable({ tenant: 'acme', function: 'f', rerunnable: false })).toBe(false);
});
