import type { CommandNode } from './tree.ts';

/** Gives the completions for bash. Names of commands and options hold nothing that a shell would interpret. */
export function bashScript(nodes: readonly CommandNode[]): string {
  const cases = nodes.map(({ path, commands, options, words }) => {
    const names = [...commands.map(({ name }) => name), ...words];
    const flags = options.flatMap(({ long, short }) => (short ? [short, long] : [long]));
    return `    '${path}') words='${names.join(' ')}'; flags='${flags.join(' ')}' ;;`;
  });
  const known = nodes.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `# Completions of waybill for bash.
_waybill() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' words='' flags='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${known.join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case $path in
${cases.join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o default -F _waybill waybill
`;
}
