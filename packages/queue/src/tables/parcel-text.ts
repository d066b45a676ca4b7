import type { Parcel } from '@waybill/protocol';

/** Writes a parcel as text that a column can hold: its bytes in base64, a line break, its text. */
export function parcelToText({ text, bytes }: Parcel): string {
  // No column holds a zero character, and UTF-8 would take two bytes for half of the others.
  return `${Buffer.from(bytes, 'latin1').toString('base64')}\n${text}`;
}

/** Reads what {@link parcelToText} wrote. */
export function parcelFromText(stored: string): Parcel {
  const end = stored.indexOf('\n');
  const bytes = Buffer.from(stored.slice(0, end), 'base64').toString('latin1');
  return { text: stored.slice(end + 1), bytes };
}
