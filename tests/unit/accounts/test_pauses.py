"""How long a guesser waits (S-14)."""

from datetime import timedelta

from webshop.accounts.guessing import FREE_TRIES, LONGEST_PAUSE_S, pause_after


def test_s14_pauses_grow_and_end() -> None:
    pauses = [pause_after(tries, FREE_TRIES).total_seconds() for tries in range(20)]

    assert pauses[:FREE_TRIES] == [0] * FREE_TRIES
    assert pauses[FREE_TRIES : FREE_TRIES + 4] == [5, 10, 20, 40]
    assert pauses == sorted(pauses)
    assert max(pauses) == LONGEST_PAUSE_S


def test_s14_no_number_of_tries_locks_for_good() -> None:
    assert pause_after(10_000_000, FREE_TRIES) == timedelta(seconds=LONGEST_PAUSE_S)
