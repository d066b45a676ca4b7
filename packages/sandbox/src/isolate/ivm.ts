// The one import of the addon. It is CommonJS, so its classes come as members of the default export.
import ivm from 'isolated-vm';

export type { Context, ExternalCopy, Isolate, Reference, Script } from 'isolated-vm';
export { ivm };
