import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { JsonSchema } from '@waybill/protocol/http';

const about = `Runs other people's JavaScript in V8 isolates: at once, or durably. Jobs belong to the tenant that the credentials are for.

Values are JSON where JSON holds them exactly: \`input\`, \`value\`. What it does not hold travels as a parcel instead:
\`inputParcel\`, \`valueParcel\`; the client package reads and writes both. Every error is a problem document (RFC 9457) with a
stable \`code\`.`;

const tags = [
  { name: 'run', description: 'Jobs that run now, in memory' },
  { name: 'jobs', description: 'Durable jobs: once accepted, settled exactly once' },
  { name: 'functions', description: 'Deployed guest functions: versioned, and kept warm' },
  { name: 'schedules', description: 'Jobs that are submitted again and again' },
  { name: 'keys', description: 'API keys; for the operator' },
  { name: 'service', description: 'The service itself' },
];

// A job brings a source or names a function. The orchestrator and the queue check it, in better words than a schema has.
const eitherTarget = { oneOf: [{ required: ['source'] }, { required: ['function'] }] };
const withTarget = ['RunRequest', 'JobRequest', 'ScheduledJob'];

interface Operation {
  readonly requestBody?: object;
}

// Tools that try requests look for an example beside the schema, and not behind what it points to.
function showExample(operation: Operation | undefined, schemas: Record<string, JsonSchema>): void {
  const body = operation?.requestBody as { content?: Record<string, { schema?: JsonSchema }> };
  for (const media of Object.values(body?.content ?? {})) {
    const { $ref: pointer } = media.schema ?? {};
    if (typeof pointer !== 'string') continue;
    const { examples } = schemas[pointer.replace('#/components/schemas/', '')] ?? {};
    if (Array.isArray(examples)) Object.assign(media, { example: examples[0] as unknown });
  }
}

/** Collects the OpenAPI document from the routes of all plugins that are registered after it; `app.swagger()` gives it. */
export function collectDocument(app: FastifyInstance): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Waybill',
        version: '1',
        description: about,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      // Relative: wherever the document was read from.
      servers: [{ url: '/' }],
      tags,
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `wb_<id>_<secret>`' },
          jwt: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'A token of the identity provider',
          },
        },
      },
    },
    transformObject: (described) => {
      if (!('openapiObject' in described)) return described.swaggerObject;
      const { openapiObject } = described;
      const { paths = {}, components } = openapiObject;
      const schemas = (components?.schemas ?? {}) as Record<string, JsonSchema>;
      for (const name of withTarget) Object.assign(schemas[name] ?? {}, eitherTarget);
      for (const path of Object.values(paths)) showExample(path?.post ?? path?.put, schemas);
      return openapiObject;
    },
    refResolver: {
      // Each has a name; without this they are called def-0, def-1 and so on.
      buildLocalReference: ({ $id }) => $id as string,
    },
  });
}
