import { Argument, type Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { describeTree, type CommandNode } from '../completion/tree.ts';
import { zshScript } from '../completion/zsh.ts';

const scripts: Readonly<Record<string, (nodes: readonly CommandNode[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const help = `
  bash  source <(waybill completion bash)                        in ~/.bashrc
  zsh   source <(waybill completion zsh)                         in ~/.zshrc, after compinit
  fish  waybill completion fish > ~/.config/fish/completions/waybill.fish`;

/** Adds `waybill completion`, which knows all commands that were added to the program. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .summary('completions for a shell')
    .description('Print the completions for a shell.')
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
    .addHelpText('after', help)
    .action((shell: string) => {
      process.stdout.write(scripts[shell]?.(describeTree(program)) ?? '');
    });
}
