/**
 * The name in the module map that a specifier means: itself, or, where it starts with a dot, the path from the
 * importing module. Nothing is ever looked up outside the map.
 *
 * Self-contained: its text is also evaluated inside guest realms, for `import()`.
 */
export function resolveSpecifier(specifier: string, importer: string): string {
  if (!specifier.startsWith('./') && !specifier.startsWith('../')) return specifier;
  const folder = importer.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') folder.pop();
    else if (part !== '.' && part !== '') folder.push(part);
  }
  return folder.join('/');
}
