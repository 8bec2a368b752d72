"""What a workflow's past cases look like, for `verify.familiar`.

`cases` reads them, `references` keeps what was learned of them. Called by `doors`.
"""

from runtime.familiar.references import References

__all__ = ["References"]
