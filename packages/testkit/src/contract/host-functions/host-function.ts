/** Host functions of the contract by name; a dot makes a namespace for guests. */
export type ContractHostFunctions = Readonly<Record<string, (...args: never[]) => unknown>>;
