// Ids are made by the clock of the process that submits, moments are the database's.
const slackMs = 600_000;
const maxMs = 2 ** 48 - 1;

/** What narrows a list by moments: ids are UUIDs of version 7, which begin with the moment of their job. */
export interface IdBounds {
  /** No job of the list has a lower id. */
  readonly from: string | undefined;
  /** Every job of the list has a lower id. */
  readonly before: string | undefined;
}

/**
 * Gives the ids between which all jobs are that were submitted between two moments; others are between them too. The clocks of
 * processes and database are within ten minutes of each other.
 */
export function idBounds(fromMs: number | undefined, beforeMs: number | undefined): IdBounds {
  return {
    from: fromMs === undefined ? undefined : idAt(fromMs - slackMs),
    before: beforeMs === undefined ? undefined : idAt(beforeMs + slackMs),
  };
}

/** The lowest id of a moment. */
function idAt(ms: number): string {
  const clamped = Math.min(Math.max(Math.floor(ms), 0), maxMs);
  const hex = clamped.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
