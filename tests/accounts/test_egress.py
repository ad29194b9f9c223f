"""Almanac connects to the public internet and to what the administrator lists, to nothing else."""

import ipaddress
import socket
import time

import pytest

from accounts import egress
from accounts.egress import AddressRefused, NameUnknown, check, check_url, is_public
from accounts.outgoing_http import NoAnswer, client, fetch
from tests.accounts.receiver import listening

DISGUISES = [
    "127.0.0.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0",  # noqa: S104 - a target, not a binding
    "0",
    "127.255.255.254",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "169.254.169.254",
    "[::ffff:169.254.169.254]",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "[fc00::1]",
    "[fe80::1]",
    "224.0.0.1",
    "[ff02::1]",
    "255.255.255.255",
    "198.18.0.1",
    "192.0.2.1",
    "①②⑦.⓪.⓪.①",
]


@pytest.mark.parametrize("host", DISGUISES)
def test_a_private_place_is_refused_whatever_it_is_dressed_as(host):
    with pytest.raises((AddressRefused, NameUnknown)):
        check_url(f"https://{host}/x")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
def test_numbers_that_mean_loopback_are_understood_as_such(host):
    with pytest.raises(AddressRefused, match="private network"):
        check(host, 443)


@pytest.mark.parametrize("name", ["redis", "db", "minio", "postgres.internal"])
def test_names_of_services_lead_nowhere(name, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("172.18.0.3", 443))])
    with pytest.raises(AddressRefused):
        check_url(f"https://{name}/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://example.org/_x",
        "ftp://example.org/x",
        "unix:/var/run/docker.sock",
        "javascript:alert(1)",
        "//example.org/x",
        "https://",
        "https:///path",
        "",
        "example.org",
        "https://example.org:99999/",
        "https://example.org\\@127.0.0.1/",
        "https://exa mple.org/",
        "https://example.org/\r\nHost: evil",
        "https://[::1",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_what_is_no_address_on_the_web_is_refused_before_any_look_up(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: pytest.fail("looked it up"))
    with pytest.raises(AddressRefused, match="no address on the web"):
        check_url(url)


@pytest.mark.parametrize("url", ["https://user@8.8.8.8/", "https://8.8.8.8@127.0.0.1/"])
def test_names_and_passwords_in_an_address_are_refused(url):
    with pytest.raises(AddressRefused, match="before @"):
        check_url(url)


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 1])
def test_other_ports_than_those_of_the_web_are_refused(port):
    with pytest.raises(AddressRefused, match=f"port {port}"):
        check_url(f"https://8.8.8.8:{port}/")


def test_plain_http_is_for_listed_places_only(settings):
    with pytest.raises(AddressRefused, match="Use https"):
        check_url("http://8.8.8.8/")
    settings.EGRESS_ALLOW = ["8.8.8.8"]
    assert check_url("http://8.8.8.8:8000/").addresses == ("8.8.8.8",)


def test_a_public_address_is_allowed():
    assert check_url("https://8.8.8.8/x").addresses == ("8.8.8.8",)
    assert check("2606:4700:4700::1111", 443).addresses == ("2606:4700:4700::1111",)


def test_one_private_address_among_public_ones_refuses_them_all(monkeypatch):
    found = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(AddressRefused):
        check("two-faced.example", 443)


@pytest.mark.parametrize(
    ("entry", "host", "port", "fits"),
    [
        ("10.1.0.0/16", "10.1.2.3", 443, True),
        ("10.1.0.0/16", "10.2.2.3", 443, False),
        ("10.1.2.3", "10.1.2.3", 8443, True),
        ("10.1.2.3:443", "10.1.2.3", 8443, False),
        ("10.1.2.3:8443", "10.1.2.3", 8443, True),
        ("localhost:8443", "LocalHost", 8443, True),
        ("::1", "::1", 443, True),
        ("[::1]:8443", "::1", 8443, True),
        ("[::1]:8443", "::1", 443, False),
        ("fd00::/8", "fd00::7", 443, True),
    ],
)
def test_the_administrators_list_opens_names_addresses_networks_and_single_ports(
    settings, entry, host, port, fits
):
    settings.EGRESS_ALLOW = [entry]
    if fits:
        assert check(host, port).port == port
    else:
        with pytest.raises(AddressRefused):
            check(host, port)


def test_an_unknown_name_is_said_to_be_unknown():
    with pytest.raises(NameUnknown, match=r"nowhere\.invalid"):
        check("nowhere.invalid", 443)


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700::1", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_public_in_any_dress(text):
    assert is_public(ipaddress.ip_address(text))


def test_a_listed_place_is_reached(receiver):
    answer = fetch("POST", receiver.url, content=b"hello", headers={"X-Mine": "1"})
    assert (answer.status, answer.body, answer.is_success) == (200, b"ok", True)
    assert receiver.received[0]["body"] == b"hello"
    assert receiver.received[0]["headers"]["x-mine"] == "1"


def test_a_name_that_changes_between_check_and_use_gains_nothing(receiver, settings, monkeypatch):
    settings.EGRESS_ALLOW = []
    seen = []

    def rebinding(host, port, *args, **kwargs):
        seen.append(host)
        address = "8.8.8.8" if len(seen) == 1 else "127.0.0.1"
        return [(2, 1, 6, "", (address, port))]

    connected = []

    def no_network(address, *args, **kwargs):
        connected.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", no_network)
    with pytest.raises(NoAnswer):
        fetch("GET", "https://rebind.example/")
    assert connected == [("8.8.8.8", 443)]
    assert seen == ["rebind.example"]


def test_redirects_are_not_followed(receiver):
    receiver.answers = [(302, {"Location": receiver.url + "2"}, b"")]
    assert fetch("GET", receiver.url).status == 302
    assert len(receiver.received) == 1


def test_who_asks_for_redirects_gets_each_hop_checked(receiver):
    receiver.answers = [(302, {"Location": "https://169.254.169.254/latest/meta-data/"}, b"")]
    with client(follow_redirects=True) as session, pytest.raises(AddressRefused):
        session.get(receiver.url)


def test_proxies_of_the_environment_are_not_used(receiver, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert fetch("GET", receiver.url).status == 200


def test_a_large_body_is_cut(receiver):
    receiver.answers = [(200, {}, b"x" * 2_000_000)]
    answer = fetch("GET", receiver.url, most_bytes=1000)
    assert (len(answer.body), answer.is_cut) == (1000, True)


def test_one_byte_at_a_time_does_not_hold_the_line(receiver):
    receiver.answers, receiver.drip = [(200, {}, b"x" * 200)], 0.05
    began = time.monotonic()
    with pytest.raises(NoAnswer, match=r"No answer within 0\.5 s"):
        fetch("GET", receiver.url, seconds=0.5)
    assert time.monotonic() - began < 2


def test_a_closed_port_is_said_to_be_refused(settings):
    with listening() as gone:
        settings.EGRESS_ALLOW = gone.listed
        url = gone.url
    with pytest.raises(NoAnswer, match="refused or lost"):
        fetch("GET", url)


def test_unix_sockets_have_no_way_in():
    assert set(egress.SCHEMES) == {"http", "https"}
