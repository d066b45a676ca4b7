import { tenant } from '../support/variables.ts';

// A name with a namespace cannot be the name of an export.
// oxlint-disable-next-line import/no-default-export -- it is what a module of host functions offers
export default {
  'away.who': () => tenant.get(),
};
