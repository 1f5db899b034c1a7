"""What an authority answers, and what of it is taken: real answers of openssl, and hostile ones."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.clock import SystemClock
from ccontrol.errors import TimeStampError
from ccontrol.store.set_order import with_sorted_certificates
from ccontrol.store.time_stamp import Authorities, TimeStamp, authorities_of, checked, question_for
from tests.unit.store.stamp_authority import POLICY, StampAuthority, openssl

CONTENT = b"tree 0123\nparent 4567\n\nThe day's head\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    return StampAuthority.make(tmp_path_factory.mktemp("authority") / "own")


@pytest.fixture(scope="module")
def trusted(authority: StampAuthority) -> Authorities:
    return authorities_of(authority.ca)


@pytest.fixture(scope="module")
def answer(authority: StampAuthority) -> bytes:
    return authority.answer(authority.query(CONTENT))


def refusal(answer: bytes, trusted: Authorities, content: bytes = CONTENT, **also: object) -> str:
    with pytest.raises(TimeStampError) as error:
        checked(answer, content, trusted, **also)  # type: ignore[arg-type]  # keywords by name
    return str(error.value)


def test_our_question_is_answered_and_the_answer_holds_for_both_tools(
    authority: StampAuthority, trusted: Authorities, tmp_path: Path
) -> None:
    question = question_for(CONTENT)
    before = SystemClock().now().replace(microsecond=0)
    answer = authority.answer(question.body)
    stamp = checked(answer, CONTENT, trusted, nonce=question.nonce, policy=POLICY)
    assert before <= stamp.at <= SystemClock().now()
    assert (stamp.accuracy, stamp.policy) == (timedelta(seconds=1), POLICY)
    assert stamp.authority == "CN=time.plant"
    (tmp_path / "answer").write_bytes(answer)
    (tmp_path / "content").write_bytes(CONTENT)
    (tmp_path / "query").write_bytes(question.body)
    read = ("ts", "-verify", "-in", tmp_path / "answer", "-CAfile", authority.ca)
    openssl(*read, "-data", tmp_path / "content")
    openssl(*read, "-queryfile", tmp_path / "query")


def test_an_answer_with_a_chain_in_any_order_is_read(
    authority: StampAuthority, trusted: Authorities
) -> None:
    """openssl sends its certificates unsorted, which the library alone refuses."""
    orders = []
    for names in (("between", "root"), ("root", "between")):
        texts = [(authority.folder / f"{name}.pem").read_text() for name in names]
        (authority.folder / "certs.pem").write_text("".join(texts))
        orders.append(authority.answer(authority.query(CONTENT)))
    assert any(with_sorted_certificates(each) != each for each in orders)
    for each in orders:
        assert checked(each, CONTENT, trusted).authority == "CN=time.plant"
        again = with_sorted_certificates(with_sorted_certificates(each))
        assert again == with_sorted_certificates(each)


def test_an_authority_that_tells_fractions_of_a_second_is_read(tmp_path: Path) -> None:
    """Its time is taken in whole seconds, which is finer than any clock is trusted here."""
    precise = StampAuthority.make(tmp_path / "precise")
    path = precise.folder / "tsa.cnf"
    more = "clock_precision_digits = 3\nordering = yes\ntsa_name = yes\n"
    path.write_text(path.read_text().replace("secs:1", "secs:1, millisecs:500") + more)
    before = SystemClock().now().replace(microsecond=0)
    answer = precise.answer(precise.query(CONTENT))
    stamp = checked(answer, CONTENT, authorities_of(precise.ca))
    assert before <= stamp.at <= SystemClock().now()
    assert (stamp.at.microsecond, stamp.accuracy) == (0, timedelta(seconds=1.5))


def test_a_time_of_our_choosing_holds_like_the_hosts_own(
    authority: StampAuthority, trusted: Authorities, answer: bytes
) -> None:
    """What the other tests of this repository stamp with; openssl agrees."""
    at = datetime(2027, 2, 3, 4, 5, 6, tzinfo=UTC)
    dated = authority.dated(answer, at)
    assert checked(dated, CONTENT, trusted).at == at
    (authority.folder / "dated").write_bytes(dated)
    (authority.folder / "content").write_bytes(CONTENT)
    read = ("-in", authority.folder / "dated", "-data", authority.folder / "content")
    then = ("-attime", str(int(at.timestamp())))
    openssl("ts", "-verify", *read, "-CAfile", authority.ca, *then)


def test_a_stamp_of_something_else_is_refused(answer: bytes, trusted: Authorities) -> None:
    assert "something else" in refusal(answer, trusted, CONTENT + b".")


def test_the_answer_to_another_question_is_refused(
    authority: StampAuthority, trusted: Authorities
) -> None:
    answer = authority.answer(question_for(CONTENT).body)
    assert "nonce differs" in refusal(answer, trusted, nonce=question_for(CONTENT).nonce)
    without = authority.answer(authority.query(CONTENT, "-no_nonce"))
    assert "nonce differs" in refusal(without, trusted, nonce=1)


def test_another_policy_than_the_wanted_one_is_refused(answer: bytes, trusted: Authorities) -> None:
    assert f"the policy {POLICY}" in refusal(answer, trusted, policy="1.2.3.9")


def test_a_hash_that_was_not_asked_for_is_refused(
    authority: StampAuthority, trusted: Authorities
) -> None:
    answer = authority.answer(authority.query(CONTENT, "-sha512"))
    assert "not a SHA-256" in refusal(answer, trusted)


def test_a_refusal_is_told_with_its_reason(authority: StampAuthority, trusted: Authorities) -> None:
    answer = authority.answer(authority.query(CONTENT, "-sha384"))
    assert "the authority refuses, status 2" in refusal(answer, trusted)


def test_an_authority_that_nobody_trusts_proves_nothing(
    trusted: Authorities, tmp_path: Path
) -> None:
    strange = StampAuthority.make(tmp_path / "strange")
    assert "does not hold" in refusal(strange.answer(strange.query(CONTENT)), trusted)


def test_a_certificate_that_is_not_for_time_stamps_proves_nothing(
    trusted: Authorities, tmp_path: Path, authority: StampAuthority, answer: bytes
) -> None:
    """Whoever has any certificate of a trusted root could stamp otherwise."""
    wrong = StampAuthority.make(tmp_path / "wrong", usage="extendedKeyUsage=critical,serverAuth\n")
    at = SystemClock().now()
    told = refusal(wrong.dated(answer, at), authorities_of(wrong.ca))
    assert "unsuitable certificate purpose" in told


def test_a_certificate_counts_as_of_the_stamps_own_time(tmp_path: Path) -> None:
    short = StampAuthority.make(tmp_path / "short", days=2)
    trusted = authorities_of(short.ca)
    answer, now = short.answer(short.query(CONTENT)), SystemClock().now()
    late = short.dated(answer, now + timedelta(days=3))
    assert "certificate has expired" in refusal(late, trusted)
    early = short.dated(answer, now - timedelta(days=3))
    assert "not yet valid" in refusal(early, trusted)


def test_a_self_made_certificate_proves_nothing(
    authority: StampAuthority, trusted: Authorities, tmp_path: Path
) -> None:
    """Its names are those of the real authority, its key is not."""
    forged = StampAuthority.make(tmp_path / "forged", name="time.plant")
    answer = forged.answer(forged.query(CONTENT))
    assert "does not hold" in refusal(answer, trusted)
    assert checked(answer, CONTENT, authorities_of(forged.ca, authority.ca)).authority


def test_certificates_of_several_files_count_together(
    authority: StampAuthority, answer: bytes, tmp_path: Path
) -> None:
    other = StampAuthority.make(tmp_path / "other", name="later")
    both = authorities_of(other.ca, authority.ca)
    assert isinstance(checked(answer, CONTENT, both), TimeStamp)
    assert both.pem == other.ca.read_bytes() + authority.ca.read_bytes()


def test_a_key_beside_a_certificate_goes_nowhere(authority: StampAuthority, tmp_path: Path) -> None:
    """What is trusted is stored in the history, where everybody reads it."""
    key = (authority.folder / "root.key").read_text()
    (tmp_path / "both.pem").write_text(key + authority.ca.read_text())
    assert authorities_of(tmp_path / "both.pem").pem == authority.ca.read_bytes()


def test_files_without_certificates_are_named(tmp_path: Path, authority: StampAuthority) -> None:
    for path in (tmp_path / "absent", authority.folder / "tsa.key", tmp_path):
        with pytest.raises(TimeStampError, match=path.name):
            authorities_of(path)


def test_an_answer_that_is_too_long_is_not_read(answer: bytes, trusted: Authorities) -> None:
    assert "more than" in refusal(answer + bytes(70_000), trusted)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # as meant
@given(place=st.floats(0, 1), byte=st.integers(1, 255))
def test_no_changed_byte_of_an_answer_is_believed_or_breaks_anything(
    answer: bytes, trusted: Authorities, place: float, byte: int
) -> None:
    at = int(place * (len(answer) - 1))
    changed = answer[:at] + bytes([answer[at] ^ byte]) + answer[at + 1 :]
    true = checked(answer, CONTENT, trusted)
    try:
        assert checked(changed, CONTENT, trusted) == true  # e.g. an unsigned text of its status
    except TimeStampError:
        return


@given(
    content=st.binary(max_size=300) | st.binary(max_size=60).map(lambda some: b"\x30\x80" + some)
)
def test_no_bytes_break_anything(trusted: Authorities, content: bytes) -> None:
    assert refusal(content, trusted)
    assert len(with_sorted_certificates(content)) == len(content)


@given(length=st.floats(0, 1))
def test_no_beginning_of_an_answer_breaks_anything(
    answer: bytes, trusted: Authorities, length: float
) -> None:
    assert refusal(answer[: int(length * (len(answer) - 1))], trusted)
