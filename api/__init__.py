"""The REST interface: one file a resource, the contract of the API page and nothing else."""
