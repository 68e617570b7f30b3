"""A code of one's own, for a telephone that others use: kept as a salted hash (scrypt, RFC 7914)."""

from __future__ import annotations

import hashlib
import hmac

SHORTEST, LONGEST = 4, 40


def hashed(code: str, salt: str) -> str:
    """`salt$hash`. What is typed is compared without case and blanks."""
    plain = "".join(code.split()).casefold()
    return f"{salt}${hashlib.scrypt(plain.encode(), salt=salt.encode(), n=2**13, r=8, p=1, dklen=24).hex()}"


def matches(code: str, kept: str) -> bool:
    salt, _dollar, _hash = kept.partition("$")
    return bool(kept) and hmac.compare_digest(hashed(code, salt), kept)
