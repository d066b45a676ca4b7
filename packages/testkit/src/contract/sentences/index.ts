import type { ContractSentence } from '../sentence.ts';
import { asyncSourceSentences } from './async-sources.ts';
import { basics } from './basics.ts';
import { cancels } from './cancels.ts';
import { endingSentences } from './endings.ts';
import { errors } from './errors.ts';
import { events } from './events.ts';
import { guestBorders } from './guest-borders.ts';
import { hostileValues } from './hostile-values.ts';
import { interleaving } from './interleaving.ts';
import { released } from './released.ts';
import { reuse } from './reuse.ts';
import { tampering } from './tampering.ts';
import { turns } from './turns.ts';

/** The whole contract, in the order of its properties. */
export const contractSentences: readonly ContractSentence[] = [
  ...basics,
  ...interleaving,
  ...asyncSourceSentences,
  ...errors,
  ...endingSentences,
  ...cancels,
  ...reuse,
  ...released,
  ...events,
  ...turns,
  ...guestBorders,
  ...tampering,
  ...hostileValues,
].toSorted((one, other) => one.property - other.property);
