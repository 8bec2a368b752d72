"""Run time: everything that happens to a workflow after it was published."""
