"""Ids that look random and need no table: each is its number, permuted by the seed."""

import re
from hashlib import blake2b

YAHOO_LETTERS = "bcdefghjklmnopqrstuvwx"
SHOPS_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
SHOPS_LENGTH = 22

_YAHOO = re.compile(r"[b-x]\d{10}")
_MERCARI = re.compile(r"m\d{11}")


class Identities:
    """Makes and reads the ids of one market. `read_*` returns None for an id that this seed never makes."""

    def __init__(self, seed: int) -> None:
        self._yahoo = _Permutation(10**10, seed, "yahoo")
        self._mercari = _Permutation(10**11, seed, "mercari")
        self._shops = _Permutation(2**127, seed, "shops")

    def yahoo(self, number: int) -> str:
        """Return an auction id in the form of Yahoo! Auctions: a letter and ten digits."""
        code = self._yahoo.hide(number)
        return f"{YAHOO_LETTERS[code % len(YAHOO_LETTERS)]}{code:010d}"

    def read_yahoo(self, item_id: str) -> int | None:
        if not _YAHOO.fullmatch(item_id):
            return None
        number = self._yahoo.reveal(int(item_id[1:]))
        return number if self.yahoo(number) == item_id else None

    def mercari(self, number: int) -> str:
        """Return an item id in the form of Mercari: `m` and eleven digits."""
        return f"m{self._mercari.hide(number):011d}"

    def read_mercari(self, item_id: str) -> int | None:
        if not _MERCARI.fullmatch(item_id):
            return None
        return self._mercari.reveal(int(item_id[1:]))

    def shops(self, number: int) -> str:
        """Return an id in the form of Mercari Shops' products and shops: 22 letters and digits."""
        code = self._shops.hide(number)
        letters = []
        for _ in range(SHOPS_LENGTH):
            code, digit = divmod(code, len(SHOPS_ALPHABET))
            letters.append(SHOPS_ALPHABET[digit])
        return "".join(letters)

    def read_shops(self, item_id: str) -> int | None:
        if len(item_id) != SHOPS_LENGTH or not set(item_id) <= set(SHOPS_ALPHABET):
            return None
        code = 0
        for letter in reversed(item_id):
            code = code * len(SHOPS_ALPHABET) + SHOPS_ALPHABET.index(letter)
        return self._shops.reveal(code) if code < self._shops.modulus else None


def entropy(*parts: object) -> bytes:
    """Return 32 bytes that depend only on `parts`: the source of all randomness in the market."""
    return blake2b(":".join(map(str, parts)).encode(), digest_size=32).digest()


def share(noise: bytes) -> float:
    """Return a number from 0 to below 1."""
    return int.from_bytes(noise[:4]) / 2**32


class _Permutation:
    def __init__(self, modulus: int, seed: int, name: str) -> None:
        noise = entropy(seed, name)
        self.modulus = modulus
        # Ending in 1, so it has no factor in common with a power of 10; odd, so none with a power of 2.
        self._factor = (int.from_bytes(noise[:16]) % (modulus // 10)) // 10 * 10 + 1
        self._offset = int.from_bytes(noise[16:]) % modulus
        self._inverse = pow(self._factor, -1, modulus)

    def hide(self, number: int) -> int:
        return (number * self._factor + self._offset) % self.modulus

    def reveal(self, code: int) -> int:
        return (code - self._offset) * self._inverse % self.modulus
