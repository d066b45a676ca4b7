export {
  type Parcel,
  type ParcelError,
  type ParcelFault,
  type ParcelHooks,
  type ParcelLimits,
  isParcelError,
} from './parcel.ts';
export { type Primordials, capturePrimordials } from './primordials.ts';
export { type WriteParcel, makeParcelWriter } from './writer.ts';
export { type ReadParcel, makeParcelReader } from './reader.ts';
export { parcelByteLength, readParcel, writeParcel } from './host-parcels.ts';
