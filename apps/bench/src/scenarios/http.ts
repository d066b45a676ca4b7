import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpLane } from '../http/http-lane.ts';
import { compare } from '../method/compare.ts';
import { latencyFigure } from '../report/latency-figure.ts';
import type { Scenario } from '../scenario.ts';

const connectionCount = 16;

/** `POST /v1/run` of the service, against a bare route that calls the orchestrator. */
export const http: Scenario = {
  name: 'http',
  asks: 'What does the service cost over a bare route of Fastify that runs the same job?',
  seconds: { full: 42, quick: 10 },
  isExtra: true,
  async run(bench) {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-'));
    try {
      bench.progress(0, 'a new database');
      await using ours = await httpLane({
        name: 'service',
        program: 'our-service',
        args: [folder],
        connectionCount,
      });
      await using other = await httpLane({
        name: 'bare route',
        program: 'bare-route',
        connectionCount,
      });
      const compared = await compare(
        bench,
        { ours, other },
        {
          callerCount: connectionCount,
          roundCount: bench.isQuick ? 1 : 5,
          roundSeconds: bench.isQuick ? 0.4 : 1,
          loadShare: 0.6,
        },
      );
      return {
        comparisons: compared.comparisons,
        findings: [],
        figures: [latencyFigure('Latency of POST /v1/run', compared.distributions)],
        omitted: [],
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
