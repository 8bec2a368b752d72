"""The one door for outgoing HTTP: every call of a drawing, of a model client and of a callback passes it.

Called by the executor's context, by `runtime.ai` and by callbacks. It guards where a connection may go, how long it may
take and how much may come back. It holds no credentials and knows no connection of the settings: who calls gives the
headers and the policy. Reading order: `door`, `sessions` (the guard on the socket), `addresses`, `translation`.
"""

from runtime.egress.addresses import is_allowed, is_public
from runtime.egress.door import PUBLIC, Egress, Policy
from runtime.egress.translation import RawRequest, RawResponse

__all__ = ["PUBLIC", "Egress", "Policy", "RawRequest", "RawResponse", "is_allowed", "is_public"]
