import { expect, test } from 'vitest';
import { passwordsIn } from './database-password.ts';

test.each([
  ['postgres://user:p%40ss@db:5432/waybill', ['p%40ss', 'p@ss']],
  ['postgres://user:p@ss@db/waybill', ['p@ss', 'p@ss']],
  ['postgres://user:secret@/waybill?host=/run', ['secret', 'secret']],
  ['postgres:///waybill?host=/run&password=a+b%26', ['a+b%26', 'a b&']],
  ['postgres://user:100%@db/waybill', ['100%', '100%']],
  ['postgres://user@db:5432/waybill?application_name=a@b', []],
])('the passwords in %s are found as they are written and as they are meant', (url, passwords) => {
  expect(passwordsIn(url)).toEqual(passwords);
});
