import { send } from './service-requests.ts';

/** One operation of the service, as its own description lists it. */
export interface Route {
  readonly method: string;
  /** With names in braces. */
  readonly path: string;
  /** Names in the path. */
  readonly names: readonly string[];
  /** The first example of its body, if it has one. */
  readonly example: unknown;
  readonly isPublic: boolean;
}

interface Operation {
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content?: Record<string, MediaType> };
}

interface MediaType {
  readonly example?: unknown;
  readonly examples?: Record<string, { readonly value?: unknown }>;
  readonly schema?: { readonly example?: unknown; readonly examples?: readonly unknown[] };
}

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly security?: readonly object[];
}

function exampleOf({ requestBody }: Operation): unknown {
  const media = requestBody?.content?.['application/json'];
  if (media === undefined) return undefined;
  const { example, examples = {}, schema } = media;
  const [first] = Object.values(examples);
  return example ?? first?.value ?? schema?.example ?? schema?.examples?.[0] ?? {};
}

/** Every operation in `/openapi.json`. */
export async function readRoutes(
  url: string,
  headers: Record<string, string> = {},
): Promise<Route[]> {
  const { json } = await send(url, '/openapi.json', { headers });
  const { paths, security: byDefault = [] } = json as Document;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      names: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''),
      example: exampleOf(operation),
      isPublic: (operation.security ?? byDefault).length === 0,
    })),
  );
}
