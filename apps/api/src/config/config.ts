import type { Limits, SettingsSpec } from '@waybill/protocol';

/** A number for every tenant, and others for some. */
export interface PerTenant {
  readonly default: number;
  /** By name of tenant. */
  readonly of: Readonly<Record<string, number>>;
}

/** Where the value of a secret is read, each time the service starts. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** Whose word is taken for a header that tells where a request comes from. */
export type Trust = 'never' | 'authenticated' | 'always';

/** Who issues tokens that the service accepts. */
export interface JwtConfig {
  /** Address of the JSON Web Key Set: https, or http on a loopback address. */
  readonly jwksUrl: string;
  /** What `iss` must be. */
  readonly issuer: string;
  /** What `aud` must hold. */
  readonly audience: string;
  /** Claim with the name of the tenant. @defaultValue `'tenant'` */
  readonly tenantClaim: string;
  /** Claim with the scopes: text with spaces between them, or an array. @defaultValue `'scope'` */
  readonly scopesClaim: string;
  /** Seconds that the issuer's clock may differ, from 0 to 300. @defaultValue 30 */
  readonly clockToleranceSeconds: number;
}

/** How the service is run, checked, every default filled in; `describeConfig()` says what each key means. */
export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  /** Absolute path of the folder with the embedded database and what else is kept between two starts. */
  readonly dataFolder: string;
  readonly database: {
    /** `postgres:` URL with its password, also where that came from `PGPASSWORD`. Absent: the embedded database. */
    readonly url?: string;
    readonly maxConnections: number;
    /** Whether connections to the server keep statements prepared. */
    readonly preparedStatements: boolean;
  };
  /** What seals the context that is stored with durable jobs. Empty: generated and kept in the data folder. */
  readonly contextKeys: readonly string[];
  readonly orchestrator: SettingsSpec;
  /** The highest limits that a request may ask for. */
  readonly maxLimits: Limits;
  readonly executor: { readonly enabled: boolean; readonly slots: number; readonly name: string };
  readonly queue: { readonly tenantSlots: PerTenant; readonly maxQueuedPerTenant: number };
  readonly auth: {
    /** Whether API keys are accepted. */
    readonly keys: boolean;
    readonly jwt?: JwtConfig;
  };
  readonly rateLimit: {
    /** Requests of a tenant in a minute, in this process. */
    readonly perMinute: PerTenant;
    /** Requests of one address in a minute that carry no valid credentials. */
    readonly unauthenticatedPerMinute: number;
  };
  readonly body: {
    readonly maxBytes: PerTenant;
    /** Bytes of the bodies of a tenant's requests that are not answered yet, in this process. */
    readonly maxInFlightBytes: number;
    /** The same of all tenants together. */
    readonly maxInFlightBytesInAll: number;
    readonly maxDepth: number;
    readonly maxValues: number;
  };
  readonly http: {
    readonly headersTimeoutMs: number;
    readonly requestTimeoutMs: number;
    readonly keepAliveTimeoutMs: number;
    readonly maxConnections: number;
    /** Open event streams of one tenant, and its requests that wait for a job, in this process. */
    readonly maxStreamsPerTenant: number;
  };
  readonly trust: {
    readonly traceparent: Trust;
    readonly baggage: Trust;
    /** Addresses, or ranges as `10.0.0.0/8`, of the proxies whose `X-Forwarded-For` is believed. */
    readonly proxies: readonly string[];
  };
  /** `file:` URL of the operator's host functions that run in this process. */
  readonly hostFunctions?: string;
  /** `file:` URL of those that run in the pool threads. */
  readonly workerHostFunctions?: string;
  /** By the name that host functions ask for. */
  readonly secrets: Readonly<Record<string, SecretSource>>;
  readonly log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent' };
  /** Who may read `/openapi.json` and `/docs`. */
  readonly docs: 'public' | 'authenticated' | 'off';
  /** Who may read `/metrics`: `authenticated` asks for the scope `metrics`. */
  readonly metrics: 'public' | 'authenticated' | 'off';
  readonly shutdown: {
    /** Between `/readyz` saying no and the end of the listener: time for load balancers to hear of it. */
    readonly lingerMs: number;
    /** How long requests and jobs that run may take after that. */
    readonly graceMs: number;
  };
}
