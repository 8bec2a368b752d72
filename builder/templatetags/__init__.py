"""What the templates may ask of the builder, beyond Django's own tags."""
