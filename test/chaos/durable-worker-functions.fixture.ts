import { markAs } from './durable-marks.ts';

/** The operator's host functions of the pool threads, under the durable load. */
// oxlint-disable-next-line import/no-default-export -- it is what a module of host functions offers
export default markAs('proof.away');
