import type { CommandNode } from './tree.ts';

/** Gives the completions for fish. */
export function fishScript(nodes: readonly CommandNode[]): string {
  const known = nodes.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const lines = nodes.flatMap(({ path, commands, options, words }) => {
    const when = `complete -c waybill -n "test (__waybill_path) = '${path}'"`;
    return [
      ...commands.map(({ name, summary }) => `${when} -f -a ${name} -d ${quoted(summary)}`),
      ...words.map((word) => `${when} -f -a ${word}`),
      ...options.map(({ long, short, description, takesValue }) => {
        const name = short ? `-s ${short.slice(1)} -l ${long.slice(2)}` : `-l ${long.slice(2)}`;
        return `${when} ${name}${takesValue ? ' -r' : ''} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# Completions of waybill for fish.
function __waybill_path
  set -l path ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim "$path $word")
    switch $next
      case ${known.join(' ')}
        set path $next
    end
  end
  echo "$path"
end
${lines.join('\n')}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`).replaceAll('\n', ' ')}'`;
}
