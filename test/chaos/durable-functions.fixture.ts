import { markAs } from './durable-marks.ts';

/** The operator's host functions of the API process, under the durable load. */
// oxlint-disable-next-line import/no-default-export -- it is what a module of host functions offers
export default markAs('proof.mark');
