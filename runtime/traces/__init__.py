"""What happened in a run, read back from its journal: steps, reasons, frames, times, two runs side by side."""
