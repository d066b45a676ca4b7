import type { Command } from 'commander';

/** A command as shells complete it. */
export interface CommandNode {
  /** `jobs list`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly OptionNode[];
  /** Words that its first argument may be. */
  readonly words: readonly string[];
}

/** An option as shells complete it. */
export interface OptionNode {
  /** With two dashes. */
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
}

/** Gives every command of a program, the program itself first. */
export function describeTree(command: Command, parents: readonly string[] = []): CommandNode[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((each) => each.name() !== 'help');
  const node: CommandNode = {
    path: parents.join(' '),
    commands: commands.map((each) => ({
      name: each.name(),
      summary: each.summary() || each.description(),
    })),
    options: help.visibleOptions(command).map((option) => ({
      long: option.long ?? '',
      short: option.short,
      description: option.description,
      takesValue: option.required,
    })),
    words: command.registeredArguments[0]?.argChoices ?? [],
  };
  const inner = commands.flatMap((each) => describeTree(each, [...parents, each.name()]));
  return [node, ...inner];
}
