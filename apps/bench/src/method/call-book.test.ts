import { expect, test } from 'vitest';
import { WrongAnswer } from '../lanes/lane.ts';
import { CallBook } from './call-book.ts';
import { Latencies } from './latencies.ts';

test('a new book has nothing in it', () => {
  const nothing = { callCount: 0, wrongCount: 0, failedCount: 0, examples: [] };
  expect(new CallBook().checks()).toEqual(nothing);
});

test('wrong answers and failures are counted apart over all loads', () => {
  const book = new CallBook();
  const load = { latencies: new Latencies(), seconds: 1 };
  book.take({ ...load, callCount: 10, errors: [new WrongAnswer(1, 2)] });
  book.take({ ...load, callCount: 5, errors: [new Error('lost'), new WrongAnswer(3, 4)] });
  expect(book.checks()).toEqual({
    callCount: 15,
    wrongCount: 2,
    failedCount: 1,
    examples: ['WrongAnswer: expected 1, got 2', 'Error: lost', 'WrongAnswer: expected 3, got 4'],
  });
});

test('numbers go on from one load to the next', () => {
  const book = new CallBook();
  expect(book.next).toBe(0);
  book.take({ latencies: new Latencies(), seconds: 1, callCount: 10, errors: [] });
  book.count();
  expect(book.next).toBe(11);
});

test('only the first few errors are kept, all are counted', () => {
  const book = new CallBook();
  for (let count = 0; count < 100; count++) book.fail(new Error(`number ${count}`));
  const { failedCount, examples } = book.checks();
  expect(failedCount).toBe(100);
  expect(examples).toHaveLength(5);
});
