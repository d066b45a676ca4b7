/** One answered request. */
export interface RequestFacts {
  readonly method: string;
  /** The pattern of the route, never the address: `/v1/jobs/:id`. */
  readonly route: string;
  readonly status: number;
  readonly tookMs: number;
}

/** The numbers that `/metrics` shows. */
export interface ServiceMetrics {
  countRequest(facts: RequestFacts): void;
  /** Counts an event stream as open. @returns counts it as ended; idempotent */
  openStream(): () => void;
  /** Gives all numbers in the text format of Prometheus. */
  text(): Promise<string>;
  /** Media type of {@link ServiceMetrics.text}. */
  readonly contentType: string;
}
