/** One step from an older schema to a newer one. Steps are only added: what was released never changes. */
export interface Migration {
  /** 1, 2, 3 and so on. */
  readonly version: number;
  /** Statements, run in one transaction with the note that they ran. */
  readonly sql: string;
}

const first = `
-- as stable as what they call, so that statements take in their bodies
CREATE FUNCTION waybill.epoch_ms(moment timestamptz) RETURNS float8
  LANGUAGE sql STABLE AS $$ SELECT extract(epoch FROM moment)::float8 * 1000 $$;

CREATE FUNCTION waybill.moment(ms float8) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE AS $$ SELECT to_timestamp(ms / 1000) $$;

CREATE TABLE waybill.job (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  state text NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  function_name text,
  function_version int,
  schedule_name text,
  priority int NOT NULL,
  -- JSON: the job without its input, as it was checked
  spec text NOT NULL,
  -- a parcel
  input text NOT NULL,
  -- the carried context, sealed
  context text NOT NULL,
  submitted_trace text,
  idempotency_key text,
  -- of spec and input: what the same key must come with
  request_hash text,
  -- attempts that began; also the fence of the one that runs
  attempt_count int NOT NULL DEFAULT 0,
  failure_count int NOT NULL DEFAULT 0,
  lost_count int NOT NULL DEFAULT 0,
  executor uuid,
  cancel_reason text,
  history_count int NOT NULL DEFAULT 0,
  -- number of the last note that the history has of the attempt that runs
  noted_count int NOT NULL DEFAULT 0,
  submitted_at timestamptz NOT NULL DEFAULT now(),
  start_after timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  settled_at timestamptz,
  keep_seconds int NOT NULL,
  forget_at timestamptz,
  -- JSON: { "ok": true, "value": parcel, "bill": ... } or { "ok": false, "error": wire, ... }
  outcome text,
  -- of the outcome: lists show it without reading the whole
  error_code text
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX job_idempotency ON waybill.job (tenant, idempotency_key)
  WHERE idempotency_key IS NOT NULL;
CREATE INDEX job_of_tenant ON waybill.job (tenant, id DESC);
CREATE INDEX job_of_state ON waybill.job (tenant, state, id DESC);
CREATE INDEX job_waiting ON waybill.job (tenant) WHERE state = 'queued';
CREATE INDEX job_running ON waybill.job (executor) WHERE state = 'running';
CREATE INDEX job_forget ON waybill.job (forget_at) WHERE forget_at IS NOT NULL;

CREATE TABLE waybill.history (
  -- no reference, which would look up and lock the job for each row: rows are written with the job locked, and deleted with it
  job_id uuid NOT NULL,
  seq int NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  -- JSON
  facts text NOT NULL,
  PRIMARY KEY (job_id, seq)
);

CREATE TABLE waybill.function (
  tenant text NOT NULL,
  name text NOT NULL,
  version int NOT NULL,
  hash text NOT NULL,
  -- JSON; empty where nothing but the number of the last version is kept of a function that was removed
  spec text NOT NULL,
  deployed_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz,
  PRIMARY KEY (tenant, name, version)
);
CREATE INDEX function_removed ON waybill.function (removed_at) WHERE removed_at IS NOT NULL;

CREATE TABLE waybill.schedule (
  tenant text NOT NULL,
  name text NOT NULL,
  cron text NOT NULL,
  timezone text NOT NULL,
  is_paused boolean NOT NULL,
  -- JSON: the job, its input as a parcel
  job text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- the moment that is submitted next; none while it is paused
  next_at timestamptz,
  PRIMARY KEY (tenant, name)
);
CREATE INDEX schedule_due ON waybill.schedule (next_at) WHERE next_at IS NOT NULL;

-- one row each time an executor starts
CREATE TABLE waybill.executor (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  slots int NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX executor_name ON waybill.executor (name);
`;

// What changes with each attempt is apart from what is written once, and stands in no index: such a change touches no index and
// copies a short row.
const second = `
CREATE TABLE waybill.job_body (
  job_id uuid PRIMARY KEY,
  -- JSON: the job without its input, as it was checked
  spec text NOT NULL,
  -- a parcel
  input text NOT NULL,
  -- the carried context, sealed
  context text NOT NULL
);
INSERT INTO waybill.job_body (job_id, spec, input, context) SELECT id, spec, input, context FROM waybill.job;

DROP INDEX waybill.job_of_tenant;
DROP INDEX waybill.job_of_state;
DROP INDEX waybill.job_waiting;
DROP INDEX waybill.job_running;
ALTER TABLE waybill.job
  DROP COLUMN spec, DROP COLUMN input, DROP COLUMN context,
  -- its state once more when it has settled, and nothing before
  ADD COLUMN settled_state text GENERATED ALWAYS AS (CASE WHEN settled_at IS NOT NULL THEN state END) STORED,
  SET (fillfactor = 60);
-- without the detour by numeric
CREATE OR REPLACE FUNCTION waybill.epoch_ms(moment timestamptz) RETURNS float8
  LANGUAGE sql STABLE AS $$ SELECT date_part('epoch', moment) * 1000 $$;
CREATE INDEX job_open ON waybill.job (tenant, id DESC) WHERE settled_at IS NULL;
CREATE INDEX job_settled ON waybill.job (tenant, settled_state, id DESC) WHERE settled_state IS NOT NULL;
`;

/** The tables of durable jobs, oldest step first. */
export const queueMigrations: readonly Migration[] = [
  { version: 1, sql: first },
  { version: 2, sql: second },
];
