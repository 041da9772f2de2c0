"""A webhook opens nothing that only this server can reach: no spelling of such an address is ever
connected to, and the log says why."""

import ipaddress
import itertools
import socket

INSIDE = (
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "10.255.255.254",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "192.168.255.254",
    "169.254.169.254",  # where clouds tell machines their secrets
    "169.254.170.2",
    "100.100.100.200",
    "100.64.0.1",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
)
INSIDE_6 = ("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1")


def spellings(address):
    """What the C library, and so every program, takes for the same address."""
    number, parts = int(ipaddress.IPv4Address(address)), address.split(".")
    bytes_ = [int(part) for part in parts]
    yield address
    yield str(number)
    yield hex(number)
    yield hex(number).upper().replace("X", "x")
    yield f"0{number:o}"
    yield ".".join(f"0{byte:o}" for byte in bytes_)
    yield ".".join(f"{byte:#x}" for byte in bytes_)
    yield ".".join(f"{byte:#06x}" for byte in bytes_)
    yield f"{bytes_[0]}.{number & 0xFFFFFF}"
    yield f"{bytes_[0]}.{bytes_[1]}.{number & 0xFFFF}"
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[64:ff9b::{address}]"
    yield f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]"


HOSTS = [
    *itertools.chain.from_iterable(map(spellings, INSIDE)),
    *(f"[{address}]" for address in INSIDE_6),
    "localhost",
    "LOCALHOST",
]
NAMES = {
    "private.example": ["10.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "both.example": ["93.184.216.34", "127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "translated.example": ["64:ff9b::7f00:1"],
    "linklocal.example": ["fe80::1"],
}
AT_ONCE = 20


def said(api, deliver, urls):
    """What the log says of a delivery to each of them, in rounds of as many as there may be; or
    why there was no webhook in the first place."""
    errors = {}
    for start in range(0, len(urls), AT_ONCE):
        made = {}
        for url in urls[start : start + AT_ONCE]:
            answer = api.post("/webhook/", json=api.body("webhook", url=url))
            if answer.status_code == 201:
                made[answer.json()["id"]] = url
            else:
                errors[url] = answer.json()["field-errors"]["url"]
        api.make("lead")
        deliver(allow_private=False)
        for id, url in made.items():
            errors[url] = api.ok("get", f"/webhook/{id}/")["latest_error"]
            api.ok("delete", f"/webhook/{id}/")
    return errors


def test_no_spelling_of_an_address_inside_is_connected_to(api, deliver, connected):
    urls = [f"http://{host}/hook" for host in HOSTS]

    errors = said(api, deliver, urls)

    assert len(errors) > 200
    reasons = ("public internet.", "not a URL.")
    assert {url: e for url, e in errors.items() if not (e or "").endswith(reasons)} == {}
    assert connected == []


def test_names_of_addresses_inside_are_not_connected_to(api, deliver, connected, monkeypatch):
    lookup(monkeypatch, lambda host: NAMES[host])

    errors = said(api, deliver, [f"https://{name}/hook" for name in NAMES])

    assert all(error.endswith("public internet.") for error in errors.values())
    assert connected == []


def test_a_name_that_changes_its_address_is_not_connected_to_inside(
    api, subscribe, deliver, connected, monkeypatch, clock
):
    answers = ["93.184.216.34", "127.0.0.1", "93.184.216.34", "10.0.0.1"]
    lookup(monkeypatch, lambda host: [answers.pop(0)])
    subscribe("http://rebind.example/hook")
    api.make("lead")
    while answers:
        deliver(allow_private=False)
        clock.pass_by(hours=1)

    assert connected == ["93.184.216.34", "93.184.216.34"]


def lookup(monkeypatch, addresses):
    plain = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **options):
        if not str(host).endswith(".example"):
            return plain(host, port, *args, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in addresses(host)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
