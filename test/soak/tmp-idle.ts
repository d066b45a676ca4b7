import { startPostgres } from '@waybill/testkit';
import { openPostgres, openEmbedded } from '@waybill/queue';
import { openOurLane } from './our-lane.ts';
import { settled } from './durable-lane.ts';
import { mkdtempSync } from 'node:fs';
const kind=process.argv[2];
const server = kind==='postgres'? await startPostgres():undefined;
const db = server? await openPostgres({ url: await server.createDatabase() }) : await openEmbedded({folder: mkdtempSync('/tmp/h8-emb-')});
const lane = await openOurLane(db);
const n = Number(process.argv[3] ?? 0);
{ let s = 0; const t=performance.now(); await Promise.all(Array.from({length: 8}, async () => { while (s < n) { const number = s++; await lane.accept({ number, tenant: 't' + number % 4, payload: 'x'.repeat(900) }); } })); await settled(lane, n); console.log('load', (n/(performance.now()-t)*1000).toFixed(0), '/s'); }
(globalThis as any).h8reset?.();
const acc: number[]=[]; const l=[]; for(let i=0;i<100;i++){ const d=Promise.withResolvers(); const b=lane.settledCount(); lane.onStart=d.resolve; const t=performance.now(); const p=lane.accept({number:i,tenant:'a',payload:'x'.repeat(900)}); p.then(()=>{acc.push(performance.now()-t)}); await d.promise; l.push(performance.now()-t); await p; await settled(lane,b+1); await new Promise(r=>setTimeout(r,10)); }

l.sort((a,b)=>a-b); acc.sort((a,b)=>a-b); console.log('idle p50', l[50], 'accept p50', acc[50]);
await lane[Symbol.asyncDispose](); await db.close(); await server?.[Symbol.asyncDispose]();
