import type { CommandNode } from './tree.ts';

/** Gives the completions for zsh. */
export function zshScript(nodes: readonly CommandNode[]): string {
  const cases = nodes.map(({ path, commands, options, words }) => {
    const names = [
      ...commands.map(({ name, summary }) => described(name, summary)),
      ...words.map((word) => `'${word}'`),
    ];
    const flags = options.map(({ long, description }) => described(long, description));
    return `    '${path}') names=(${names.join(' ')}); flags=(${flags.join(' ')}) ;;`;
  });
  const known = nodes.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `#compdef waybill
# Completions of waybill for zsh.
_waybill() {
  local path_ word
  local -a names flags
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_:+$path_ }$word" in
      ${known.join('|')}) path_="\${path_:+$path_ }$word" ;;
    esac
  done
  case $path_ in
${cases.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe 'option' flags
  elif (( $#names )); then
    _describe 'command' names
  else
    _files
  fi
}
compdef _waybill waybill
`;
}

function described(name: string, text: string): string {
  const clean = text.replaceAll(/['\n]/g, ' ').replaceAll(/[\\:]/g, String.raw`\$&`);
  return `'${name}:${clean}'`;
}
