/**
 * Gives a number as people read it: so many digits, or all of those before the point.
 *
 * Runs in the page too, as its own source text: it must not use anything from outside.
 */
export function showNumber(value: number, digitCount = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'no number' : String(value);
  const size = Math.abs(value);
  if (size > 0 && (size < 0.001 || size >= 1e15)) return value.toExponential(digitCount - 1);
  const isLong = size >= 10 ** digitCount;
  return value.toLocaleString(
    'en',
    isLong ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: digitCount },
  );
}

/** Gives a number with its unit, which stands right behind it unless it begins with a space. What is no number has none. */
export function showMeasure(value: number, unit: string, digitCount = 3): string {
  const number = showNumber(value, digitCount);
  return Number.isFinite(value) ? `${number}${unit}` : number;
}
