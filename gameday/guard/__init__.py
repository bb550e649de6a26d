"""The watcher that puts things back when the drill's own process dies or hangs. Imports `undo/` and nothing else."""
