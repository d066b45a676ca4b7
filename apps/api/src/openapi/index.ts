export { collectDocument } from './document.ts';
export { registerReference } from './reference.ts';
