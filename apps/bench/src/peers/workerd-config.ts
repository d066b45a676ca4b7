/** What a server runs. */
export interface WorkerdCode {
  /** `fresh` has a worker that loads another one for each request. */
  readonly how: 'warm' | 'fresh';
  /** The date of behaviour that it is run with. */
  readonly compatibilityDate: string;
}

const guest = `export default {
  async fetch(request) {
    const guest = (input) => input;
    return Response.json(guest(await request.json()));
  },
};`;

// Without a name nothing keeps the worker once it has answered; with one, they pile up in memory.
const loaderOf = (compatibilityDate: string): string => `const code = {
  compatibilityDate: '${compatibilityDate}',
  mainModule: 'guest.js',
  modules: { 'guest.js': ${JSON.stringify(guest)} },
  globalOutbound: null,
};
export default {
  fetch: (request, env) => env.loader.load(code).getEntrypoint().fetch(request),
};`;

/** Writes the configuration of a server that listens on a free port of this machine. */
export function workerdConfig({ how, compatibilityDate }: WorkerdCode): string {
  const source = how === 'warm' ? guest : loaderOf(compatibilityDate);
  const bindings = how === 'warm' ? '' : '(name = "loader", workerLoader = ())';
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "main.js", esModule = ${JSON.stringify(source)})],
  compatibilityDate = "${compatibilityDate}",
  bindings = [${bindings}],
);
`;
}
