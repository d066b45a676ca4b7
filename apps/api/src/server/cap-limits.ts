import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { invalidRequest } from '../validation/invalid-request.ts';

/**
 * Refuses bodies that ask for higher limits than the operator allows tenants: of a job, of a function, or of the job of a
 * schedule. The operator's own defaults are never higher; see `findContradictions`.
 */
export function capLimits(app: FastifyInstance, maxLimits: Config['maxLimits']): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const body: unknown = request.body;
    const issues = [
      ...passedLimits(fieldOf(body, 'limits'), 'limits', maxLimits),
      ...passedLimits(fieldOf(fieldOf(body, 'job'), 'limits'), 'job.limits', maxLimits),
    ];
    done(issues.length === 0 ? undefined : invalidRequest(issues));
  });
}

function passedLimits(
  limits: unknown,
  path: string,
  maxLimits: Config['maxLimits'],
): { readonly path: string; readonly expected: string; readonly got: string }[] {
  return Object.entries(maxLimits).flatMap(([name, max]) => {
    const asked = fieldOf(limits, name);
    if (typeof asked !== 'number' || asked <= max) return [];
    const expected = `at most ${max}, which is what this service allows`;
    return [{ path: `${path}.${name}`, expected, got: String(asked) }];
  });
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
