"""The settings' pages: server-rendered, one file a subject. Tokens have theirs in `api`, which keeps them."""
