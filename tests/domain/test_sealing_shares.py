"""Keys dealt among custodians: enough shares open, one share less does not."""

from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st
from shamir_mnemonic import generate_mnemonics
from shamir_mnemonic.share import Share

from bidding.domain.custody import ShareError
from bidding.sealing import shares

secrets_ = st.binary(min_size=32, max_size=32)
SECRET = bytes(range(32))


@settings(max_examples=20, deadline=None)
@given(secret=secrets_, custody=st.sampled_from([(2, 3), (3, 5)]))
def test_every_subset_of_enough_opens_and_no_smaller_one_does(secret, custody):
    threshold, count = custody
    words = shares.split(secret, threshold=threshold, count=count)
    for chosen in combinations(words, threshold):
        assert shares.combine(chosen) == secret
        assert shares.combine(chosen[::-1]) == secret
    for chosen in combinations(words, threshold - 1):
        with pytest.raises(ShareError):
            shares.combine(chosen)
    assert list(shares.candidates(words[: threshold - 1], threshold)) == []
    assert set(shares.candidates(words, threshold)) == {secret}


def test_a_share_is_33_words_of_the_stated_form():
    for index, words in enumerate(shares.split(SECRET, threshold=2, count=3)):
        assert len(words.split(" ")) == 33
        share = Share.from_mnemonic(words)
        assert (share.group_index, share.group_threshold, share.group_count) == (index, 2, 3)
        assert (share.index, share.member_threshold) == (0, 1)
        assert (share.iteration_exponent, share.extendable) == (0, False)
        shares.check_words(words, index=index, threshold=2, count=3)


def test_the_shares_of_another_program_open_here():
    groups = generate_mnemonics(2, [(1, 1)] * 3, SECRET, extendable=False, iteration_exponent=0)
    assert shares.combine([groups[2][0], groups[0][0]]) == SECRET


def test_no_two_splits_are_alike():
    first, second = (shares.split(SECRET, threshold=2, count=3) for _ in range(2))
    assert not set(first) & set(second)
    with pytest.raises(ShareError):
        shares.combine([first[0], second[1]])


def test_one_share_says_nothing_of_the_secret():
    """Shares of two very different secrets are words alike: neither secret's bytes stand in one of them."""
    for secret in (bytes(32), b"\xff" * 32):
        for words in shares.split(secret, threshold=2, count=3):
            assert Share.from_mnemonic(words).value != secret


def wrong_forms():
    good = shares.split(SECRET, threshold=2, count=3)[1]
    other = {
        "another custodian's": shares.split(SECRET, threshold=2, count=3)[2],
        "another threshold": shares.split(SECRET, threshold=3, count=3)[1],
        "another count": shares.split(SECRET, threshold=2, count=5)[1],
        "extendable": generate_mnemonics(2, [(1, 1)] * 3, SECRET, iteration_exponent=0)[1][0],
        "more iterations": generate_mnemonics(2, [(1, 1)] * 3, SECRET, extendable=False)[1][0],
        "members": generate_mnemonics(
            2, [(1, 1), (2, 3), (1, 1)], SECRET, extendable=False, iteration_exponent=0
        )[1][0],
        "a shorter secret": generate_mnemonics(
            2, [(1, 1)] * 3, SECRET[:16], extendable=False, iteration_exponent=0
        )[1][0],
        "upper case": good.upper(),
        "two spaces": good.replace(" ", "  ", 1),
        "a line end": good + "\n",
        "a word less": good.rpartition(" ")[0],
        "an unknown word": "yangguang" + good[good.index(" ") :],
        "two words swapped": " ".join([*good.split(" ")[:31], good.split(" ")[32], good.split(" ")[31]]),
        "nothing": "",
    }
    return other.items()


@pytest.mark.parametrize(("name", "words"), [pytest.param(*one, id=one[0]) for one in wrong_forms()])
def test_words_of_another_form_are_refused(name, words):
    with pytest.raises(ShareError):
        shares.check_words(words, index=1, threshold=2, count=3)


def test_only_secrets_of_32_bytes_are_dealt():
    with pytest.raises(ValueError, match="32 bytes"):
        shares.split(bytes(16), threshold=2, count=3)
