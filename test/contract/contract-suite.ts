import { contractSentences, type ContractSetting } from '@waybill/testkit/contract';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { openLane, type OpenLane } from './contract-lane.ts';

function hasMeaning(only: Partial<ContractSetting> = {}, setting: ContractSetting): boolean {
  return Object.entries(only).every(
    ([key, value]) => setting[key as keyof ContractSetting] === value,
  );
}

function lanesOf(base: Pick<ContractSetting, 'engine' | 'containment'>): ContractSetting[] {
  return (['worker', 'submitter'] as const).flatMap((place) =>
    (['fresh', 'warm'] as const).map((warmth) => ({ ...base, place, warmth })),
  );
}

/** Declares a test for every sentence of the contract, in every lane of one engine and containment. */
export function contractSuite(base: Pick<ContractSetting, 'engine' | 'containment'>): void {
  for (const setting of lanesOf(base)) {
    const { engine, containment, place, warmth } = setting;
    describe(`${engine}, contained by ${containment}, host functions in the ${place}, ${warmth}`, () => {
      let opened: OpenLane;
      beforeAll(async () => {
        opened = await openLane(setting);
      });
      afterEach(() => opened.tidy());
      // No time limit: its timer would be one of those that the check for leaks waits for.
      afterAll(() => opened[Symbol.asyncDispose](), 0);

      for (const { property, sentence, only, run } of contractSentences) {
        if (hasMeaning(only, setting)) test(`${property}: ${sentence}`, () => run(opened.lane));
      }
    });
  }
}
