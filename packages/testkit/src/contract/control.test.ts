import { expect, test } from 'vitest';
import { naiveLane } from './naive-lane.fixture.ts';
import type { ContractSentence } from './sentence.ts';
import { contractSentences } from './sentences/index.ts';

// A sentence that holds whatever a lane does would prove nothing.

const unfulfilled = { code: 'ERR_ASSERTION' };

function sentencesOf(...properties: readonly number[]): ContractSentence[] {
  return contractSentences.filter(
    ({ property, only }) => properties.includes(property) && only === undefined,
  );
}

const ofContexts = sentencesOf(9, 10, 12, 13, 14, 15, 16, 18, 19, 20).filter(
  ({ sentence }) => !sentence.includes('that a guest passes'),
);

for (const { property, sentence, run } of ofContexts) {
  test(`where contexts are kept it holds that ${sentence} (${property})`, async () => {
    await run(naiveLane({ losesContext: false }));
  });

  test(`where contexts are lost it does not hold that ${sentence} (${property})`, async () => {
    await expect(run(naiveLane({ losesContext: true }))).rejects.toMatchObject(unfulfilled);
  });
}

const ofBorders = sentencesOf(44).filter(({ sentence }) => sentence.includes('meets no object'));

for (const { sentence, run } of ofBorders) {
  test(`where guests get the functions of the host it does not hold that ${sentence}`, async () => {
    await expect(run(naiveLane({ losesContext: false }))).rejects.toMatchObject(unfulfilled);
  });
}
