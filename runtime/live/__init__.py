"""Hints between who writes and who waits: bells to workers, news to sockets, in one process or between several."""
