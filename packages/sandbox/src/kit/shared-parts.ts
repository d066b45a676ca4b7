import {
  ParcelDraft,
  ParcelReader,
  ParcelWriter,
  Trail,
  captureBytes,
  captureCollections,
  captureObjects,
  capturePrimordials,
} from '@waybill/protocol';
import { captureKitPrimordials } from './kit-primordials.ts';
import { makeParcelHooks } from './parcel-hooks.ts';

/**
 * What every kit is built on, whichever engine its realm is of: the captured built-ins and the codec of parcels. As all
 * parts of a kit, each names nothing but globals of the language and its siblings.
 */
export const sharedParts: readonly object[] = [
  captureObjects,
  captureBytes,
  captureCollections,
  capturePrimordials,
  captureKitPrimordials,
  Trail,
  ParcelDraft,
  ParcelWriter,
  ParcelReader,
  makeParcelHooks,
];
