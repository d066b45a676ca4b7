import type { Parcel, WaybillError } from '@waybill/protocol';

/** What may be done to a running attempt from outside. */
export interface AttemptHandle {
  /** Settles the job with an error, now or as soon as its guest would start. */
  stop(error: WaybillError): void;
  /** Calls a function that the guest passed to a host function of the submitting thread. */
  callGuest(callbackId: number, args: Parcel): Promise<Parcel>;
}
