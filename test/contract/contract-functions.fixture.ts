import { contractHostFunctions } from '@waybill/testkit/contract';
import { contractContext } from './contract-context.ts';

// oxlint-disable-next-line import/no-default-export -- it is what a module of host functions offers
export default contractHostFunctions('contract', contractContext('worker'));
