/** Kills a process and all that it started and that is left. Nothing happens where nothing is left. */
export function endGroup(leaderId: number): void {
  try {
    process.kill(-leaderId, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
