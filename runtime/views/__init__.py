"""The pages of the run time. Each file shows one thing; what may be done is decided in the layers below."""
