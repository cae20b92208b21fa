"""Access tokens, verified on this machine with the keys that the server publishes.

    tokens = AsyncTokens(client, issuer="https://auth.example.com")
    claims = await tokens.verify(token)               # nobody is asked
    claims = await tokens.verify(token, fresh=True)   # the server is: is it still so?

Needs `cryptography` (`pip install "keyward[jwt]"`).
"""

from ._tokens_async import AsyncTokens
from ._tokens_sync import Tokens
from .jose import Claims

__all__ = ["AsyncTokens", "Claims", "Tokens"]
