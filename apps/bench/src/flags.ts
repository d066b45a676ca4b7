import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

/** A flag of the command, as parseArgs takes it, and as people are told. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  /** What its value is called. */
  readonly value?: string;
  readonly says: string;
}

const options = {
  quick: { type: 'boolean', says: 'a look in under a minute: fewer and shorter rounds' },
  scenario: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    says: 'run only this one; repeat it, or join names by commas',
  },
  list: { type: 'boolean', says: 'name the scenarios with what they ask, and end' },
  json: {
    type: 'string',
    value: 'FILE',
    says: 'write all numbers as JSON; - writes them to stdout in place of the report',
  },
  html: { type: 'string', value: 'FILE', says: 'write the report as one page with charts' },
  check: {
    type: 'boolean',
    says: 'end with 1 where a target falls short, or (not with --quick) its scenario gave no number',
  },
  seed: {
    type: 'string',
    value: 'N',
    says: 'give the same load as an earlier run (default: by chance, and printed)',
  },
  node: { type: 'string', value: 'VERSION', says: 'run on the pinned Node.js 24 or 26' },
  'no-peers': { type: 'boolean', says: 'leave out other systems, also where they are installed' },
  'cpu-prof': {
    type: 'boolean',
    says: 'profile each scenario process with its threads, as flame graphs of the page and the JSON',
  },
  'cpu-prof-dir': {
    type: 'string',
    value: 'DIR',
    says: 'keep the .cpuprofile files too, in a folder for each scenario (implies --cpu-prof)',
  },
  help: { type: 'boolean', says: 'print this' },
} as const satisfies Readonly<Record<string, Flag>>;

/** All flags, in the order in which they are told. */
export const flags: Readonly<Record<string, Flag>> = options;

/** What the command line asks for. */
export interface Command {
  readonly wantsHelp: boolean;
  readonly wantsList: boolean;
  /** Empty: all that are no extra. */
  readonly scenarioNames: readonly string[];
  readonly isQuick: boolean;
  readonly isCheck: boolean;
  readonly hasPeers: boolean;
  readonly seed: number;
  readonly isProfiled: boolean;
  /** Where profiles are kept. Absent: nowhere. */
  readonly profileFolder?: string;
  readonly jsonFile?: string;
  readonly htmlFile?: string;
  /** `26`, or a whole version. Absent: the running one. */
  readonly node?: string;
}

/** The command line asks for something that there is not; the message is one line for people. */
export class UsageError extends Error {}

/** A flag as it is typed: `--seed N`. */
export function typed(name: string, { value }: Flag): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

/** What `--help` prints. */
export const help: string = `Measures the pool beside what it stands on and beside other systems, and checks every answer.

usage: npm run bench -- [options]

${Object.entries(flags)
  .map(([name, flag]) => `  ${typed(name, flag).padEnd(20)}${flag.says}`)
  .join('\n')}

Exit code: 0 when all is as it must be; 1 when an answer or a context was wrong, a call failed, a scenario broke, or with --check a
target is not met; 2 for a wrong option; 130 or 143 after Ctrl-C or SIGTERM, with the report of what was finished.
NO_COLOR is respected.`;

/** Reads the command line. @throws UsageError */
export function parseCommand(args: readonly string[]): Command {
  const values = parseFlags(args);
  const { json, html, node } = values;
  const profileFolder = values['cpu-prof-dir'];
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw new UsageError(`--${name}: expected a value, got an empty one`);
  }
  if (html === '-') throw new UsageError('--html: expected a file, only --json can be -');
  return {
    wantsHelp: values.help === true,
    wantsList: values.list === true,
    scenarioNames: (values.scenario ?? []).flatMap((names) => names.split(',')),
    isQuick: values.quick === true,
    isCheck: values.check === true,
    hasPeers: values['no-peers'] !== true,
    seed: values.seed === undefined ? randomInt(2 ** 32) : parseSeed(values.seed),
    isProfiled: values['cpu-prof'] === true || profileFolder !== undefined,
    ...(profileFolder !== undefined && { profileFolder }),
    ...(json !== undefined && { jsonFile: json }),
    ...(html !== undefined && { htmlFile: html }),
    ...(node !== undefined && { node }),
  };
}

/** What parseArgs gives for the flags above. */
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

function parseFlags(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [sentence = ''] = error.message.split(/\. |\n/);
    throw new UsageError(sentence, { cause: error });
  }
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed < 2 ** 32) return seed;
  const expected = `a whole number from 0 to ${2 ** 32 - 1}`;
  throw new UsageError(`--seed: expected ${expected}, got ${JSON.stringify(text)}`);
}
