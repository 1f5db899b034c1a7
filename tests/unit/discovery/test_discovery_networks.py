"""Which addresses a person meant, and that nothing beyond them is ever asked."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.discovery.networks import MOST_ADDRESSES, addresses, broadcasts


def told(*named: str) -> list[str]:
    return [str(address) for address in addresses(named)]


def test_a_network_means_its_hosts_and_neither_its_own_nor_its_broadcast_address() -> None:
    assert told("10.0.5.0/29") == [f"10.0.5.{last}" for last in range(1, 7)]


def test_a_point_to_point_network_means_both_ends_and_has_no_broadcast_address() -> None:
    assert told("10.0.5.6/31") == ["10.0.5.6", "10.0.5.7"]
    assert broadcasts(["10.0.5.6/31", "10.0.5.7"]) == ()


def test_ranges_and_single_addresses_are_joined_in_order_each_once() -> None:
    named = ("10.0.7.9", "10.0.5.250 - 10.0.5.252", "10.0.5.251")
    assert told(*named) == ["10.0.5.250", "10.0.5.251", "10.0.5.252", "10.0.7.9"]


@given(st.integers(0, 2**32 - 1), st.integers(17, 32))
def test_nothing_outside_a_network_is_ever_meant(base: int, prefix: int) -> None:
    network = IPv4Network((base, prefix), strict=False)
    try:
        meant = addresses([str(network)])
    except ValueError:  # multicast and the like
        return
    assert set(meant) <= set(network)
    assert len(meant) == len(set(meant)) >= 1


@pytest.mark.parametrize(
    "wrong",
    [
        "10.0.5.1/24",  # host bits: a typing error that would mean 254 addresses
        "10.0.0.0/8",
        "10.0.5.9-10.0.5.1",
        "0.0.0.0-255.255.255.255",
        "224.0.0.1",
        "239.0.0.0/24",
        "255.255.255.255",
        "0.0.0.0",
        "press-3",
        "fe80::1",
        "10.0.5",
        "",
        "/",
        "-",
    ],
)
def test_what_is_no_address_of_hosts_is_refused_with_its_name(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        addresses([wrong])
    assert wrong in str(caught.value) or str(MOST_ADDRESSES) in str(caught.value)


def test_several_networks_together_may_not_be_more_than_one_call_allows() -> None:
    with pytest.raises(ValueError, match="more than"):
        addresses(["10.0.0.0/16", "10.1.0.0/30", "10.2.0.0/24"])


def test_the_broadcast_address_is_that_of_the_network_that_was_named() -> None:
    assert broadcasts(["10.0.5.0/24", "10.0.6.0/25"]) == (
        IPv4Address("10.0.5.255"),
        IPv4Address("10.0.6.127"),
    )
