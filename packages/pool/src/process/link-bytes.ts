import type { Parcel } from '@waybill/protocol';

// The bytes of a parcel are one character each, and JSON writes many of those with six. In a frame of a session they are base64 on the link.

type Fields = Readonly<Record<string, unknown>>;

/** A parcel on the link: one of `bytes` and `base64` is empty. */
interface LinkParcel extends Parcel {
  readonly base64: string;
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function isParcel(value: unknown): value is Parcel {
  return isFields(value) && typeof value['text'] === 'string' && typeof value['bytes'] === 'string';
}

function isLinkParcel(value: unknown): value is LinkParcel {
  return isParcel(value) && 'base64' in value && typeof value.base64 === 'string';
}

/** Writes the bytes of a value that may be a parcel for the link; any other value stays the same. */
export function packBytes(value: unknown): unknown {
  if (!isParcel(value) || value.bytes === '') return value;
  return { ...value, bytes: '', base64: Buffer.from(value.bytes, 'latin1').toString('base64') };
}

/** The reverse of {@link packBytes}. */
export function unpackBytes(value: unknown): unknown {
  if (!isLinkParcel(value)) return value;
  return { text: value.text, bytes: Buffer.from(value.base64, 'base64').toString('latin1') };
}

/** Does the same to all values in a frame of a session: arguments of a call, or what it returned. */
export function mapFrame(frame: unknown, change: (value: unknown) => unknown): unknown {
  if (!isFields(frame)) return frame;
  const { argumentList, value } = frame;
  if (Array.isArray(argumentList)) {
    const changed = argumentList.map((each: unknown) => mapValue(each, change));
    // Most have no bytes, and stay what they are.
    const isSame = changed.every((each, index) => each === argumentList[index]);
    return isSame ? frame : { ...frame, argumentList: changed };
  }
  return value === undefined ? frame : mapValue(frame, change);
}

function mapValue(holder: unknown, change: (value: unknown) => unknown): unknown {
  if (!isFields(holder)) return holder;
  const value = change(holder['value']);
  return value === holder['value'] ? holder : { ...holder, value };
}
