r"""All prime implicants of a truth table, by bit-parallel sums over subsets.

A term around a sufficient row p is fixed by the set M of conditions it leaves free. It holds the
off-row n exactly when p and n differ only within M, so the terms without any off-row are the M
with

.. math:: G_p(M) = \bigvee_{D \subseteq M} [p \oplus D \text{ is off}] = 0,

a zeta transform over the subsets of k conditions: k passes of shifts and ORs over 2^k bits per
sufficient row, 64 of them in a machine word. The primes are the maximal such M. Quine-McCluskey
merges pairs of rows instead and needs memory for every implicant, not only the prime ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.methods.errors import NotIdentified
from analysis.methods.qca.sets import BoolArray, IntArray
from analysis.methods.qca.terms import term_order

Words = NDArray[np.uint64]

MAX_PRIMES: Final = 5_000_000

# Bit i of _LOW[j] is set where binary digit j of i is 0, for i = 0..63.
_LOW: Final = tuple(np.uint64(sum(1 << i for i in range(64) if not i >> j & 1)) for j in range(6))
# Words of one batch of sufficient rows: 64 MB.
_BATCH_WORDS: Final = 1 << 23


@dataclass(frozen=True, slots=True)
class PrimeChart:
    """Prime implicants and the sufficient rows they cover.

    Attributes
    ----------
    fixed, present
        The primes, shape ``(m,)``, in the order of `analysis.methods.qca.terms.term_order`.
    positives
        Sufficient configurations, ascending, shape ``(p,)``.
    prime_of_pair, positive_of_pair
        Which prime covers which sufficient row, as positions: one entry per covered pair,
        sorted by prime, then by row.
    """

    fixed: IntArray
    present: IntArray
    positives: IntArray
    prime_of_pair: IntArray
    positive_of_pair: IntArray

    @property
    def n_primes(self) -> int:
        """Number of prime implicants that cover a sufficient row."""
        return int(self.fixed.size)

    def coverage(self) -> BoolArray:
        """Return the chart, shape ``(p, m)``: sufficient rows by primes."""
        chart = np.zeros((self.positives.size, self.n_primes), dtype=bool)
        chart[self.positive_of_pair, self.prime_of_pair] = True
        return chart


def prime_chart(positives: IntArray, off: BoolArray, n_conditions: int) -> PrimeChart:
    """Find every prime implicant that covers at least one sufficient row.

    Parameters
    ----------
    positives
        Sufficient configurations, shape ``(p,)``.
    off
        Configurations no term may hold, shape ``(2**k,)``; all others may be used.
    n_conditions
        k.

    Returns
    -------
    PrimeChart

    Raises
    ------
    ValueError
        If a sufficient configuration is also off, or ``off`` has the wrong length.
    NotIdentified
        If there are more than five million primes.
    """
    rows = np.unique(np.asarray(positives, dtype=np.int64))
    if off.shape != (1 << n_conditions,):
        raise ValueError(f"off must have shape ({1 << n_conditions},), got {off.shape}")
    if off[rows].any():
        raise ValueError("a configuration cannot be sufficient and off at once")
    packed = _pack(off)
    batch = max(1, _BATCH_WORDS // packed.size)
    keys: list[IntArray] = []
    owners: list[IntArray] = []
    n_found = 0
    for start in range(0, rows.size, batch):
        some = rows[start : start + batch]
        owner, free = _maximal_free(some, packed, n_conditions)
        n_found += owner.size
        if n_found > 8 * MAX_PRIMES:
            raise _too_many()
        keys.append((free << n_conditions) | (some[owner] & ~free))
        owners.append(owner + start)
    return _ordered(rows, np.concatenate([_NO_KEYS, *keys]), owners, n_conditions)


def _ordered(
    rows: IntArray, keys: IntArray, owners: list[IntArray], n_conditions: int
) -> PrimeChart:
    unique, prime_of_pair = np.unique(keys, return_inverse=True)
    if unique.size > MAX_PRIMES:
        raise _too_many()
    every = (1 << n_conditions) - 1
    fixed, present = every & ~(unique >> n_conditions), unique & every
    order = term_order(fixed, present, n_conditions)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    prime, positive = rank[prime_of_pair.ravel()], np.concatenate([_NO_KEYS, *owners])
    pairs = np.lexsort((positive, prime))
    return PrimeChart(fixed[order], present[order], rows, prime[pairs], positive[pairs])


_NO_KEYS: Final = np.zeros(0, dtype=np.int64)


def _pack(flags: BoolArray) -> Words:
    """Bits in words of 64, configuration i at bit i mod 64 of word i div 64."""
    bits = np.packbits(flags, bitorder="little")
    padded = np.zeros(max(8, bits.size), dtype=np.uint8)
    padded[: bits.size] = bits
    return padded.view("<u8").astype(np.uint64)


def _maximal_free(rows: IntArray, off: Words, k: int) -> tuple[IntArray, IntArray]:
    """Per row the maximal sets of free conditions that reach no off-configuration."""
    holds_off = _around(rows, off, k)
    for digit in range(k):
        _spread_up(holds_off, digit)
    clean = ~holds_off
    if k < 6:
        clean &= np.uint64((1 << (1 << k)) - 1)
    maximal = clean.copy()
    for digit in range(k):
        _drop_covered(maximal, clean, digit)
    owner, word = np.nonzero(maximal)
    bits = np.unpackbits(
        maximal[owner, word].astype("<u8")[:, None].view(np.uint8), axis=1, bitorder="little"
    )
    which, bit = np.nonzero(bits)
    return owner[which].astype(np.int64), (word[which].astype(np.int64) << 6) | bit


def _around(rows: IntArray, off: Words, k: int) -> Words:
    """Off-configurations seen from each row: bit D says that row xor D is off."""
    words = np.arange(off.size, dtype=np.int64)
    seen = (
        off[words[None, :] ^ (rows >> 6)[:, None]]
        if off.size > 1
        else off[None].repeat(rows.size, axis=0)
    )
    for digit in range(min(k, 6)):
        flipped = np.flatnonzero(rows >> digit & 1)
        part, shift, low = seen[flipped], np.uint64(1 << digit), _LOW[digit]
        seen[flipped] = ((part & low) << shift) | (part >> shift & low)
    return seen


def _spread_up(bits: Words, digit: int) -> None:
    """OR every subset without the digit into the one with it, in place."""
    if digit < 6:
        bits |= (bits & _LOW[digit]) << np.uint64(1 << digit)
        return
    halves = bits.reshape(bits.shape[0], -1, 2, 1 << (digit - 6))
    halves[:, :, 1] |= halves[:, :, 0]


def _drop_covered(maximal: Words, clean: Words, digit: int) -> None:
    """Clear the sets that stay clean when the digit is freed as well, in place."""
    if digit < 6:
        maximal &= ~(clean >> np.uint64(1 << digit) & _LOW[digit])
        return
    shape = (maximal.shape[0], -1, 2, 1 << (digit - 6))
    maximal.reshape(shape)[:, :, 0] &= ~clean.reshape(shape)[:, :, 1]


def _too_many() -> NotIdentified:
    return NotIdentified(
        f"The truth table has more than {MAX_PRIMES:,} prime implicants.",
        "Use fewer conditions, or bar remainders that are impossible.",
    )
