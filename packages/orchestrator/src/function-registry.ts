import {
  type DeployedFunction,
  type FunctionProgram,
  type Limits,
  makeError,
  resolveLimits,
} from '@waybill/protocol';

/** A deployed function under the key that threads know it by. */
export interface RegisteredFunction {
  /** Never used again, so that a function deployed anew is not mistaken for the old one. */
  readonly key: string;
  readonly deployed: DeployedFunction;
  readonly limits: Limits;
}

/** The deployed functions, by tenant and name. */
export class FunctionRegistry {
  readonly #base: Limits;
  readonly #byName: Map<string, RegisteredFunction> = new Map();
  readonly #byKey: Map<string, RegisteredFunction> = new Map();
  #lastVersion = 0;

  /** @param base - the limits that a function's own are laid over */
  constructor(base: Limits) {
    this.#base = base;
  }

  /** @throws `ERR_WAYBILL_DUPLICATE_NAME` where the tenant has a function of this name */
  add(deployed: DeployedFunction): RegisteredFunction {
    const { tenant, name } = deployed;
    const id = `${tenant}/${name}`;
    if (this.#byName.has(id)) {
      const words = `tenant ${tenant} has a function named ${name}; remove it first`;
      throw makeError('ERR_WAYBILL_DUPLICATE_NAME', words, { details: { tenant, name } });
    }
    const key = `${id}#${++this.#lastVersion}`;
    const registered = { key, deployed, limits: resolveLimits(this.#base, deployed.limits) };
    this.#byName.set(id, registered);
    this.#byKey.set(key, registered);
    return registered;
  }

  /** @throws `ERR_WAYBILL_FUNCTION_NOT_FOUND` */
  find(tenant: string, name: string): RegisteredFunction {
    const found = this.#byName.get(`${tenant}/${name}`);
    if (found !== undefined) return found;
    const words = `tenant ${tenant} has no function named ${name}`;
    throw makeError('ERR_WAYBILL_FUNCTION_NOT_FOUND', words, { details: { tenant, name } });
  }

  /** Takes a function out. @returns whether it was there; a later one of the same name is another */
  remove({ key, deployed }: RegisteredFunction): boolean {
    if (!this.#byKey.delete(key)) return false;
    return this.#byName.delete(`${deployed.tenant}/${deployed.name}`);
  }

  /** What a thread needs to warm a function up. @throws `ERR_WAYBILL_FUNCTION_NOT_FOUND` */
  program(key: string): FunctionProgram {
    const found = this.#byKey.get(key);
    if (found !== undefined) return { program: found.deployed.program, limits: found.limits };
    throw makeError('ERR_WAYBILL_FUNCTION_NOT_FOUND', 'the function was removed');
  }
}
