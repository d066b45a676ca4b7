export {
  type Parcel,
  type ParcelError,
  type ParcelFault,
  type ParcelHooks,
  type ParcelLimits,
  isParcelError,
  mayHoldFunction,
} from './parcel.ts';
export {
  type Primordials,
  captureBytes,
  captureCollections,
  captureObjects,
  capturePrimordials,
} from './primordials.ts';
export { ParcelDraft } from './draft.ts';
export { Trail } from './trail.ts';
export { ParcelWriter } from './writer.ts';
export { ParcelReader } from './reader.ts';
export { parcelByteLength, readParcel, writeParcel } from './host-parcels.ts';
