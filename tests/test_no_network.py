"""The tests use no network, in this process and in those that it starts."""

import socket
import subprocess
import sys
import urllib.request

import pytest


def test_another_machine_is_out_of_reach():
    with pytest.raises(OSError, match="the tests use no network.* 192.0.2.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(OSError, match="no network"):
        socket.getaddrinfo("example.org", 443)
    with pytest.raises(OSError, match="no network"):
        urllib.request.urlopen("https://example.org", timeout=1)
    with socket.socket() as client, pytest.raises(OSError, match="no network"):
        client.connect_ex(("192.0.2.1", 80))
    with socket.socket() as client, pytest.raises(OSError, match="no network"):
        client.connect(("192.0.2.1", 80))


def test_this_machine_is_within_reach():
    """Kernels and their clients talk over the loopback interface."""
    for host in ("127.0.0.1", "localhost"):
        with socket.create_server((host, 0), family=socket.AF_INET) as server:
            with socket.create_connection(server.getsockname(), timeout=5) as client:
                assert client.getpeername() == server.getsockname()


def test_programs_that_a_test_starts_are_cut_off_too():
    program = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert "the tests use no network" in done.stderr
