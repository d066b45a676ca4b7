import { errorWireLimits } from '../../error-wire.ts';
import type { Problem } from '../problem.ts';
import {
  type JsonSchema,
  integerSchema,
  objectSchema,
  schemaRef,
  textSchema,
} from './json-schema.ts';
import { blameSchema, clippedSchema, detailsSchema, guestStackSchema } from './result.ts';

/** Schema of a `Problem`. */
export const problemSchema: JsonSchema = objectSchema<Problem>(
  {
    type: textSchema(256, { description: 'Names the code' }),
    title: textSchema(256, { description: 'What the code means' }),
    status: integerSchema(400, 599),
    detail: clippedSchema(errorWireLimits.messageChars, {
      description: 'What happened this time; for people',
    }),
    code: schemaRef('ErrorCode'),
    blame: blameSchema,
    retryable: { type: 'boolean' },
    details: detailsSchema,
    requestId: textSchema(128, { description: 'What the log of the service calls the request' }),
    guestStack: guestStackSchema,
  },
  ['type', 'title', 'status', 'detail', 'code', 'blame', 'retryable', 'details', 'requestId'],
  {
    $id: 'Problem',
    description: 'RFC 9457',
    examples: [
      {
        type: 'urn:waybill:error:ERR_WAYBILL_JOB_NOT_FOUND',
        title: 'The tenant has no durable job with this id, or no longer.',
        status: 404,
        detail: 'the tenant has no job "0192f0c1-7f2a-7c3e-8a5b-6d7e8f901234"',
        code: 'ERR_WAYBILL_JOB_NOT_FOUND',
        blame: 'caller',
        retryable: false,
        details: { jobId: '0192f0c1-7f2a-7c3e-8a5b-6d7e8f901234' },
        requestId: '8f14e45f-ea3d-4c0b-9c39-0f5d6a7b8c9d',
      },
    ],
  },
);
