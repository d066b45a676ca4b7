import type { Environment } from './from-environment.ts';

/** Where the driver of PostgreSQL looks for a password that is not in the address. */
export const passwordVariable = 'PGPASSWORD';

/**
 * Gives the address of a database with the password of `PGPASSWORD` in it, where it has none of its own. The driver would look for
 * the variable at each new connection, and by then it was taken out of the environment.
 */
export function withPassword(url: string, environment: Environment): string {
  const password = environment[passwordVariable];
  if (!password || passwordsIn(url).length > 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}password=${encodeURIComponent(password)}`;
}

// By their form: the driver takes addresses that `URL` does not, such as those without a host.
const forms = /^\w+:\/\/[^/?#:]*:(?<before>[^/?#]+)@|[?&]password=(?<behind>[^&#]+)/g;

/** Gives the passwords in the address of a database, as they are written there and as they are meant. */
export function passwordsIn(url: string): readonly string[] {
  return [...url.matchAll(forms)].flatMap(({ groups }) => {
    const { before, behind } = groups ?? {};
    const written = before ?? behind ?? '';
    return [written, decoded(before ?? written.replaceAll('+', ' '))];
  });
}

function decoded(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    // The driver will not take it either.
    return written;
  }
}
