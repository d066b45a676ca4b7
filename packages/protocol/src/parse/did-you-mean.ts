// Longer keys are no typing mistakes, and the distance costs the product of both lengths.
const maxKeyChars = 64;
const maxDistance = 2;

/** Says which known key was probably meant, or else which there are; what was given may be of any type. */
export function hintAt(given: unknown, knownKeys: readonly string[]): string {
  const known = typeof given === 'string' ? didYouMean(given, knownKeys) : undefined;
  return known === undefined ? knownKeys.join(', ') : `did you mean "${known}"?`;
}

/** Gives the known key that a mistyped one most likely stands for, or `undefined`. */
export function didYouMean(key: string, knownKeys: readonly string[]): string | undefined {
  if (key.length > maxKeyChars) return undefined;
  let best: string | undefined;
  let bestDistance = maxDistance + 1;
  for (const known of knownKeys) {
    const distance = editDistance(key.toLowerCase(), known.toLowerCase());
    // A key of two letters is two edits away from any other.
    if (distance < bestDistance && distance < known.length / 2) {
      best = known;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j += 1) {
      const replace = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replace, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
