"""The pure core: documents, checks and plans. No clock, no randomness, no I/O, no framework."""
