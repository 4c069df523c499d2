"""Cuts the network off in every Python that starts with this folder on PYTHONPATH.

conftest.py puts it there, so that the tests, the kernels of the notebooks and the programs that
tests start all fail at once when they reach for anything but this machine.
"""

import errno
import ipaddress
import socket

HERE = {"", "localhost", "localhost.localdomain", socket.gethostname().lower()}


def is_this_machine(host):
    """Tells whether an address or a name, as socket functions take it, stays on this machine."""
    if host is None:
        return True
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host.lower() in HERE:
        return True
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse(host):
    raise OSError(errno.ENETUNREACH, f"the tests use no network, but something asked for {host}")


def guard(name):
    original = getattr(socket.socket, name)

    def guarded(self, address, *rest):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_this_machine(address[0]):
            refuse(address[0])
        return original(self, address, *rest)

    return guarded


def guarded_getaddrinfo(host, *arguments, _original=socket.getaddrinfo, **options):
    if not is_this_machine(host):
        refuse(host)
    return _original(host, *arguments, **options)


if socket.getaddrinfo.__name__ != "guarded_getaddrinfo":  # once in a process
    socket.socket.connect = guard("connect")
    socket.socket.connect_ex = guard("connect_ex")
    socket.getaddrinfo = guarded_getaddrinfo
