"""Which web addresses gameday may ask: http and https, no credentials, nothing that hides where it leads."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

_METADATA_HOSTS = {"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}
_METADATA_ADDRESSES = {ipaddress.ip_address(a) for a in ("100.100.100.200", "fd00:ec2::254", "192.0.0.192", "168.63.129.16")}
_HIDING = [ipaddress.IPv6Network(n) for n in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48")]
"""Where the last 32 bits are an IPv4 address to which the packets go: the old form, and NAT64."""
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)


def refused_because(url: str) -> str | None:
    """Why an address may not be asked, with what to write instead; None where it may. Never echoes credentials."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not an address; write http://host:port/path"
    if re.search(r"[\x00-\x20\x7f\\]", url):
        return "holds a space, a backslash or a control character"
    if parts.scheme not in ("http", "https"):
        return (
            f'has the scheme "{parts.scheme}"; only http and https are asked'
            if parts.scheme
            else "is not an address; write http://host:port/path"
        )
    if "@" in parts.netloc:
        return "holds a user or password; take them out, and give them by reference (`${env:NAME}`) in gameday.toml"
    if not host:
        return "names no host; write http://host:port/path"
    if port == 0:
        return "has the port 0"
    return _host_refused(host)


def shown_without_credentials(url: str) -> str:
    """The address with everything before an @ taken out."""
    return re.sub(r"(?<=//)[^/?#]*@", "…@", url) if "//" in url else re.sub(r"^.*@", "…@", url)


def _host_refused(host: str) -> str | None:
    if not host.isascii():
        plainly = unicodedata.normalize("NFKC", host)
        return f"has a host outside ASCII; write {plainly if plainly.isascii() else 'it as xn--…'}"
    if "%" in host:
        return "has a % in its host; write the plain name"
    if host.rstrip(".").lower() in _METADATA_HOSTS:
        return "is a cloud metadata service; gameday never asks those"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if _NUMERIC.fullmatch(host):
            return "spells an IP address in an unusual way; write it as 127.0.0.1"
        return None
    return _address_refused(address)


def _address_refused(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str | None:
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped or address.sixtofour or address.teredo or (any(address in network for network in _HIDING) and int(address) > 1)
    ):
        return "hides an IPv4 address in an IPv6 one; write it as 127.0.0.1"
    if address in _METADATA_ADDRESSES or str(address) == "169.254.169.254":
        return "is a cloud metadata service; gameday never asks those"
    if address.is_link_local:
        return "is a link-local address; gameday never asks those"
    if address.is_unspecified:
        return f"is the address of any host; write {'127.0.0.1' if address.version == 4 else '[::1]'}"
    if address.is_multicast:
        return "is a multicast address"
    return None
