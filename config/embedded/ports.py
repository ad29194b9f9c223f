"""Free and taken TCP ports."""

import socket

LOOPBACK = "127.0.0.1"


def free_port(host: str = LOOPBACK) -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen on `host:port` now. Raises OSError for a bad host."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError:
            raise
        except OSError:
            return False
    return True


def preferred_port(wanted: int, host: str = LOOPBACK) -> int:
    """`wanted` when it is free (a bookmark keeps working), else any free port."""
    return wanted if wanted and is_free(host, wanted) else free_port(host)
